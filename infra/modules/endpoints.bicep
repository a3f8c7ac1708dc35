param name string
param location string
param tags object
param networkId string
param subnetId string

@description('Resource, its group and the private zone its name is looked up in.')
param targets array

var zones = union(map(targets, t => t.zone), [])

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = [
  for z in zones: {
    name: z
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [
  for (z, i) in zones: {
    parent: zone[i]
    name: '${name}-link'
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2023-11-01' = [
  for (t, i) in targets: {
    name: '${name}-${t.group}-${i}'
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [{ name: t.group, properties: { privateLinkServiceId: t.id, groupIds: [t.group] } }]
    }
  }
]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2023-11-01' = [
  for (t, i) in targets: {
    parent: endpoint[i]
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: t.group, properties: { privateDnsZoneId: zone[indexOf(zones, t.zone)].id } }] }
  }
]
