param name string
param location string
param tags object
param identityId string
param identityClientId string
param subnetId string
param storageName string
param ledgerBlobEndpoint string
param vaultUri string
param busHost string
param insightsConnectionString string
param schedulerEndpoint string
param schedulerTaskHub string
param gateName string
param publicUrl string
param firstKeyId string
@secure()
param firstKeySecretHash string
param intakeSubject string
param intakeQueue string
param releasesTopic string
param alwaysReadyHttpInstances int
param alwaysReadyDurableInstances int
param maximumInstanceCount int
param instanceMemoryMB int
param entraClientId string

var ownUrl = 'https://${name}.azurewebsites.net'
var url = empty(publicUrl) ? ownUrl : publicUrl
var alwaysReady = concat(
  alwaysReadyHttpInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyHttpInstances }],
  alwaysReadyDurableInstances == 0 ? [] : [{ name: 'durable', instanceCount: alwaysReadyDurableInstances }]
)

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = {
  name: storageName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  // azd finds the app to deploy to by this tag.
  tags: union(tags, { 'azd-service-name': 'gate' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}app-package'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
        alwaysReady: alwaysReady
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      http20Enabled: true
      healthCheckPath: '/health/ready'
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        // The host's own storage: leases, timers, and orchestrations unless a scheduler stores them.
        AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
        AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
        AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
        AZURE_CLIENT_ID: identityClientId

        Approvals__Name: empty(gateName) ? '${name}.azurewebsites.net' : gateName
        Approvals__PublicUrl: url
        Approvals__Storage__BlobServiceUri: storage.properties.primaryEndpoints.blob
        Approvals__Storage__TableServiceUri: storage.properties.primaryEndpoints.table
        Approvals__Storage__LedgerBlobServiceUri: ledgerBlobEndpoint
        Approvals__Keys__VaultUri: vaultUri
        Approvals__ServiceBus__Namespace: busHost
        Approvals__ServiceBus__ReleasesTopic: releasesTopic
        Approvals__Telemetry__ConnectionString: insightsConnectionString

        // The trigger of the intake queue; off until somebody is named that its actions are asked by.
        ServiceBus__fullyQualifiedNamespace: busHost
        ServiceBus__credential: 'managedidentity'
        ServiceBus__clientId: identityClientId
        IntakeQueueName: intakeQueue
        // Without it the host's own welcome page takes the root.
        AzureWebJobsDisableHomepage: 'true'
        'AzureWebJobs.intake.Disabled': empty(intakeSubject) ? 'true' : 'false'
      },
      empty(intakeSubject) ? {} : { Approvals__ServiceBus__IntakeSubject: intakeSubject },
      empty(firstKeyId) ? {} : { Approvals__FirstKey__Id: firstKeyId, Approvals__FirstKey__SecretHash: firstKeySecretHash },
      empty(schedulerEndpoint) ? {} : {
        DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
        AzureFunctionsJobHost__extensions__durableTask__hubName: schedulerTaskHub
      }
    )
  }

  // Sign-in with Entra ID in front of pages. Programs keep to API keys, so their paths pass; the gate authenticates them itself.
  resource signIn 'config' = if (!empty(entraClientId)) {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true }
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'RedirectToLoginPage'
        redirectToProvider: 'azureactivedirectory'
        excludedPaths: ['/api/*', '/.well-known/*', '/ledger/*', '/openapi/*', '/health/*', '/assets/*']
      }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: entraClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          }
          validation: { allowedAudiences: [entraClientId, 'api://${entraClientId}'] }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
    dependsOn: [settings]
  }

  // No passwords for deployments.
  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = app.name
output url string = url
