// Durable Task Scheduler: a managed store for orchestrations, for more of them than Azure Storage carries.
param name string
param location string
param tags object

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: 'Consumption' }
    // An empty list lets nobody in. Callers still need an identity with the data role.
    ipAllowlist: ['0.0.0.0/0']
  }

  resource hub 'taskHubs' = { name: 'approvals' }
}

output name string = scheduler.name
output endpoint string = scheduler.properties.endpoint
output taskHub string = scheduler::hub.name
