// Every right that the app has, and what breaks without it. Nothing else is granted anywhere.
param principalId string
param storageName string
param ledgerStorageName string
param vaultName string
param busName string
param insightsName string
param schedulerName string

var roles = {
  blobOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  blobContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  queueContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fe88'
  tableContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  cryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424'
  cryptoEncryptionUser: 'e147488a-f6f5-4113-8e2d-b22465e65bf6'
  busSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  busReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  durableTaskContributor: '0ad04412-c4d5-4796-b79c-f76d14c8d402'
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = { name: storageName }

resource ledgerContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' existing = {
  name: '${ledgerStorageName}/default/ledger'
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
  resource signing 'keys' existing = { name: 'approvals-signing' }
  resource wrapping 'keys' existing = { name: 'approvals-wrapping' }
  resource dataProtection 'keys' existing = { name: 'approvals-data-protection' }
}

resource bus 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' existing = {
  name: busName
  resource releases 'topics' existing = { name: 'releases' }
  resource intake 'queues' existing = { name: 'intake' }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' existing = if (!empty(schedulerName)) {
  name: empty(schedulerName) ? 'none' : schedulerName
}

// The host's leases, its locks and large orchestration messages; payloads, documents and the deployed package lie here too.
// Without it the host does not start.
resource hostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, principalId, roles.blobOwner)
  scope: storage
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.blobOwner)
  }
}

// Durable Functions' control and work-item queues. Without it no orchestration starts, and POST /api/actions answers 500.
resource hostQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, principalId, roles.queueContributor)
  scope: storage
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.queueContributor)
  }
}

// Histories and instances of Durable Functions; action index, reservations and API keys of the gate. Without it nobody can sign in.
resource hostTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, principalId, roles.tableContributor)
  scope: storage
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.tableContributor)
  }
}

// Writes tiles and checkpoints. Without it no decision is recorded, so none takes effect. The container's immutability policy stands above this role.
resource ledgerBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(ledgerContainer.id, principalId, roles.blobContributor)
  scope: ledgerContainer
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.blobContributor)
  }
}

// Signs with this one key and lists its versions for the JWKS. Without it every action ends as a denial or waits to be recorded.
resource sign 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::signing.id, principalId, roles.cryptoUser)
  scope: vault::signing
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.cryptoUser)
  }
}

// Wraps and unwraps the data keys of payloads. Without it nothing can be submitted, and what was cannot be redacted.
resource wrap 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::wrapping.id, principalId, roles.cryptoEncryptionUser)
  scope: vault::wrapping
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.cryptoEncryptionUser)
  }
}

// Unwraps the Data Protection keys. Without it no review link and no idempotency key can be read.
resource protect 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::dataProtection.id, principalId, roles.cryptoEncryptionUser)
  scope: vault::dataProtection
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.cryptoEncryptionUser)
  }
}

// Announces decisions. Without it the last step of every orchestration is tried for ever; releases can still be fetched over HTTP.
resource announce 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(bus::releases.id, principalId, roles.busSender)
  scope: bus::releases
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.busSender)
  }
}

// Reads the intake queue and settles its messages. Without it actions sent as messages stay there until they expire.
resource takeIn 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(bus::intake.id, principalId, roles.busReceiver)
  scope: bus::intake
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.busReceiver)
  }
}

// Sends telemetry. Without it the gate works and no alert ever fires.
resource report 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, roles.metricsPublisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.metricsPublisher)
  }
}

// Stores orchestrations, where the scheduler is used. Without it the host answers 403 to itself and nothing starts.
resource schedule 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(schedulerName)) {
  name: guid(resourceGroup().id, schedulerName, principalId, roles.durableTaskContributor)
  scope: scheduler
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.durableTaskContributor)
  }
}
