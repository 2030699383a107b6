// One private endpoint and DNS zone for everything that the app reaches.
param location string
param tags object
param subnetId string
param networkId string
param storageId string
param ledgerStorageId string
param vaultId string
param busId string

var storageSuffix = environment().suffixes.storage
var targets = [
  { name: 'blob', target: storageId, group: 'blob', zone: 0 }
  { name: 'queue', target: storageId, group: 'queue', zone: 1 }
  { name: 'table', target: storageId, group: 'table', zone: 2 }
  { name: 'ledger-blob', target: ledgerStorageId, group: 'blob', zone: 0 }
  { name: 'vault', target: vaultId, group: 'vault', zone: 3 }
  { name: 'bus', target: busId, group: 'namespace', zone: 4 }
]
var zoneNames = [
  'privatelink.blob.${storageSuffix}'
  'privatelink.queue.${storageSuffix}'
  'privatelink.table.${storageSuffix}'
  'privatelink.vaultcore.azure.net'
  'privatelink.servicebus.windows.net'
]

resource zones 'Microsoft.Network/privateDnsZones@2020-06-01' = [for zone in zoneNames: {
  name: zone
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [for (zone, i) in zoneNames: {
  parent: zones[i]
  name: 'gate'
  location: 'global'
  tags: tags
  properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
}]

resource endpoints 'Microsoft.Network/privateEndpoints@2024-01-01' = [for item in targets: {
  name: 'pe-${item.name}'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: item.name, properties: { privateLinkServiceId: item.target, groupIds: [item.group] } }
    ]
  }
}]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-01-01' = [for (item, i) in targets: {
  parent: endpoints[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [{ name: 'zone', properties: { privateDnsZoneId: zones[item.zone].id } }]
  }
}]
