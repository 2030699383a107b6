// Two accounts, because two promises contradict each other: of a shredded payload nothing may be left, of the ledger nothing may get lost.
param name string
param ledgerName string
param location string
param tags object
param ledgerRetentionDays int
param privateNetwork bool

var containers = ['app-package', 'payloads', 'documents', 'ledger-waiting', 'data-protection']
var tables = ['actions', 'openactions', 'reservations', 'credentials']

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: privateNetwork ? 'Deny' : 'Allow', bypass: 'None' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // INVARIANT: no versions and no soft delete here. What the vault shreds must be gone.
      isVersioningEnabled: false
      deleteRetentionPolicy: { enabled: false }
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource container 'containers' = [for item in containers: { name: item }]
  }

  resource tableService 'tableServices' = {
    name: 'default'

    resource table 'tables' = [for item in tables: { name: item }]
  }

  // The empty objects that shredding leaves keep an id from being sealed again; no action lives this long.
  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'forget-payloads'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['payloads/'] }
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } }
            }
          }
        ]
      }
    }
    dependsOn: [blobs]
  }
}

resource ledger 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: ledgerName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: privateNetwork ? 'Deny' : 'Allow', bypass: 'None' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      isVersioningEnabled: true
      changeFeed: { enabled: true }
      deleteRetentionPolicy: { enabled: true, days: 30 }
      containerDeleteRetentionPolicy: { enabled: true, days: 30 }
    }

    resource container 'containers' = {
      name: 'ledger'
      properties: {
        // Version-level immutability: the checkpoint may get a new version, and no version may go.
        immutableStorageWithVersioning: { enabled: true }
      }

      // Unlocked, so that a trial can be torn down. Lock it in production: docs/operate.md.
      resource immutability 'immutabilityPolicies' = {
        name: 'default'
        properties: { immutabilityPeriodSinceCreationInDays: ledgerRetentionDays }
      }
    }
  }
}

output id string = account.id
output name string = account.name
output ledgerId string = ledger.id
output ledgerName string = ledger.name
output ledgerBlobEndpoint string = ledger.properties.primaryEndpoints.blob
