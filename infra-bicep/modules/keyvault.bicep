param name string
param location string
param tags object
@allowed(['standard', 'premium'])
param sku string
param privateNetwork bool
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: sku }
    enableRbacAuthorization: true
    // A purged signing key would take the proof of every record with it.
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: privateNetwork ? 'Deny' : 'Allow', bypass: 'None' }
  }

  // Signs records, tokens and checkpoints (ES256). A new version is made on its own; the app publishes it first and then signs with it.
  resource signing 'keys' = {
    name: 'approvals-signing'
    properties: {
      kty: sku == 'premium' ? 'EC-HSM' : 'EC'
      curveName: 'P-256'
      keyOps: ['sign', 'verify']
      rotationPolicy: {
        attributes: { expiryTime: 'P2Y' }
        lifetimeActions: [
          { trigger: { timeAfterCreate: 'P180D' }, action: { type: 'rotate' } }
          { trigger: { timeBeforeExpiry: 'P30D' }, action: { type: 'notify' } }
        ]
      }
    }
  }

  // Wraps the data keys of sealed payloads. Payloads live for minutes, so an old version is soon of no use.
  resource wrapping 'keys' = {
    name: 'approvals-wrapping'
    properties: {
      kty: sku == 'premium' ? 'RSA-HSM' : 'RSA'
      keySize: 3072
      keyOps: ['wrapKey', 'unwrapKey']
      rotationPolicy: {
        attributes: { expiryTime: 'P2Y' }
        lifetimeActions: [{ trigger: { timeAfterCreate: 'P180D' }, action: { type: 'rotate' } }]
      }
    }
  }

  // Protects the Data Protection keys: review links, sealed nonces, antiforgery tokens.
  resource dataProtection 'keys' = {
    name: 'approvals-data-protection'
    properties: {
      kty: sku == 'premium' ? 'RSA-HSM' : 'RSA'
      keySize: 3072
      keyOps: ['wrapKey', 'unwrapKey']
      rotationPolicy: {
        attributes: { expiryTime: 'P2Y' }
        lifetimeActions: [{ trigger: { timeAfterCreate: 'P180D' }, action: { type: 'rotate' } }]
      }
    }
  }
}

// Who signed, wrapped and changed what, and when.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
