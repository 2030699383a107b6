param name string
param location string
param tags object
param privateNetwork bool

resource bus 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: name
  location: location
  tags: tags
  // Topics and duplicate detection need standard, private endpoints need premium.
  sku: privateNetwork ? { name: 'Premium', tier: 'Premium', capacity: 1 } : { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
  }

  // One message per decision. Each receiver makes its own subscription; filter by subject or application properties.
  resource releases 'topics' = {
    name: 'releases'
    properties: {
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: 'P1D'
      defaultMessageTimeToLive: 'P14D'
      supportOrdering: false
    }

    // A subscription to look at; without any, decisions are sent to nobody.
    resource all 'subscriptions' = {
      name: 'all'
      properties: {
        maxDeliveryCount: 10
        deadLetteringOnMessageExpiration: true
        defaultMessageTimeToLive: 'P14D'
        lockDuration: 'PT1M'
      }
    }
  }

  // Actions as messages: what POST /api/actions takes.
  resource intake 'queues' = {
    name: 'intake'
    properties: {
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: 'P1D'
      deadLetteringOnMessageExpiration: true
      defaultMessageTimeToLive: 'P1D'
      lockDuration: 'PT1M'
      maxDeliveryCount: 20
    }
  }
}

output id string = bus.id
output name string = bus.name
output host string = '${bus.name}.servicebus.windows.net'
output releasesTopic string = bus::releases.name
output intakeQueue string = bus::intake.name
