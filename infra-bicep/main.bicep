// A whole gate in one resource group. `azd up` deploys this and then the app; docs/deploy.md walks through it.
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Name of the environment; part of resource names and tags.')
param environmentName string

@minLength(1)
@description('Region. It must offer the Flex Consumption plan: az functionapp list-flexconsumption-locations')
@metadata({ azd: { type: 'location' } })
param location string

@description('The gate\'s name for good: issuer of release tokens and, with /ledger, origin of the checkpoints. Empty: the app\'s host name.')
param gateName string = ''

@description('How people reach the gate, e.g. https://approvals.example.com. Empty: the app\'s own address.')
param publicUrl string = ''

@description('Public id of the first API key, an admin\'s: 16 lower-case hex digits. See docs/deploy.md.')
param firstKeyId string = ''

@description('Hex SHA-256 of the first API key\'s secret. Empty it once other admins have keys.')
@secure()
param firstKeySecretHash string = ''

@description('Subject of the service that actions from the intake queue are asked by. Empty: the queue is not read.')
param intakeSubject string = ''

@description('Instances kept warm for HTTP; each costs the baseline price around the clock. 0 scales to zero.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttpInstances int = 0

@description('Instances kept warm for orchestrations, so that timers and events never wait for a cold start.')
@minValue(0)
@maxValue(20)
param alwaysReadyDurableInstances int = 0

@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('premium puts the signing key into an HSM.')
@allowed(['standard', 'premium'])
param keyVaultSku string = 'standard'

@description('How long, after it was written, no version of a ledger blob may be deleted or changed, in days.')
@minValue(1)
@maxValue(146000)
param ledgerRetentionDays int = 2555

@description('Where orchestrations are stored. durableTaskScheduler needs the app built with DurableBackend=azureManaged.')
@allowed(['azureStorage', 'durableTaskScheduler'])
param durableBackend string = 'azureStorage'

@description('Puts the app into a virtual network and closes storage, vault and bus to everything else. Makes Service Bus premium.')
param privateNetwork bool = false

@description('Client id of an Entra application registration: pages and API are then only reachable for who signs in there, or with an API key. Empty: no sign-in.')
param entraClientId string = ''

@description('E-mail address that alerts go to. Empty: alerts are only shown in the portal.')
param alertEmail string = ''

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName, application: 'approvals' }
var appName = 'func-approvals-${token}'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: 'id-approvals-${token}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: { token: token, location: location, tags: tags }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: { name: 'vnet-approvals-${token}', location: location, tags: tags }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: take('stapp${token}', 24)
    ledgerName: take('stled${token}', 24)
    location: location
    tags: tags
    ledgerRetentionDays: ledgerRetentionDays
    privateNetwork: privateNetwork
  }
}

module vault 'modules/keyvault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: take('kv-appr-${token}', 24)
    location: location
    tags: tags
    sku: keyVaultSku
    privateNetwork: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
  }
}

module bus 'modules/servicebus.bicep' = {
  name: 'bus'
  scope: group
  params: { name: 'sb-approvals-${token}', location: location, tags: tags, privateNetwork: privateNetwork }
}

module scheduler 'modules/scheduler.bicep' = if (durableBackend == 'durableTaskScheduler') {
  name: 'scheduler'
  scope: group
  params: { name: 'dts-approvals-${token}', location: location, tags: tags }
}

module endpoints 'modules/endpoints.bicep' = if (privateNetwork) {
  name: 'endpoints'
  scope: group
  params: {
    location: location
    tags: tags
    subnetId: network.?outputs.endpointSubnetId ?? ''
    networkId: network.?outputs.networkId ?? ''
    storageId: storage.outputs.id
    ledgerStorageId: storage.outputs.ledgerId
    vaultId: vault.outputs.id
    busId: bus.outputs.id
  }
}

// Before the app: at its first start it reads keys and storage already.
module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    storageName: storage.outputs.name
    ledgerStorageName: storage.outputs.ledgerName
    vaultName: vault.outputs.name
    busName: bus.outputs.name
    insightsName: monitoring.outputs.insightsName
    schedulerName: scheduler.?outputs.name ?? ''
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  params: {
    name: appName
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    subnetId: network.?outputs.appSubnetId ?? ''
    storageName: storage.outputs.name
    ledgerBlobEndpoint: storage.outputs.ledgerBlobEndpoint
    vaultUri: vault.outputs.uri
    busHost: bus.outputs.host
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    schedulerEndpoint: scheduler.?outputs.endpoint ?? ''
    schedulerTaskHub: scheduler.?outputs.taskHub ?? ''
    gateName: gateName
    publicUrl: publicUrl
    firstKeyId: firstKeyId
    firstKeySecretHash: firstKeySecretHash
    intakeSubject: intakeSubject
    intakeQueue: bus.outputs.intakeQueue
    releasesTopic: bus.outputs.releasesTopic
    alwaysReadyHttpInstances: alwaysReadyHttpInstances
    alwaysReadyDurableInstances: alwaysReadyDurableInstances
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    entraClientId: entraClientId
  }
  dependsOn: [roles, endpoints]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    vaultId: vault.outputs.id
    busId: bus.outputs.id
    email: alertEmail
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output SERVICE_GATE_NAME string = app.outputs.name
output APPROVALS_URL string = app.outputs.url
output SERVICE_BUS_NAMESPACE string = bus.outputs.host
output KEY_VAULT_URI string = vault.outputs.uri
