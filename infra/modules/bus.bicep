param name string
param location string
param tags object
param isPrivate bool
param zoneRedundant bool

// One queue for each of the product's (docs/architecture.md, Messages). Retries with a delay are scheduled copies, so the platform's own count
// grows only when a worker is lost under a message; the dispatcher gives up before it does.
var queues = [
  'tickets'
  'timers-urgent'
  'timers'
  'people'
  'jobs'
  'notices'
]

resource namespace 'Microsoft.ServiceBus/namespaces@2022-10-01-preview' = {
  name: '${name}-bus-${take(uniqueString(resourceGroup().id), 6)}'
  location: location
  tags: tags
  sku: isPrivate ? { name: 'Premium', tier: 'Premium', capacity: 1 } : { name: 'Standard', tier: 'Standard' }
  properties: {
    minimumTlsVersion: '1.2'
    disableLocalAuth: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    zoneRedundant: zoneRedundant
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2022-10-01-preview' = [
  for q in queues: {
    parent: namespace
    name: q
    properties: {
      // Renewed while a handler runs; a worker that is lost holds a message no longer than this.
      lockDuration: 'PT1M'
      maxDeliveryCount: 25
      requiresDuplicateDetection: true
      duplicateDetectionHistoryTimeWindow: 'PT10M'
      requiresSession: false
      // What is owed is never forgotten; what cannot be done lies in the dead letters.
      defaultMessageTimeToLive: 'P10675199DT2H48M5.4775807S'
      deadLetteringOnMessageExpiration: true
      maxSizeInMegabytes: 5120
      enablePartitioning: false
    }
  }
]

output namespace string = namespace.name
output namespaceId string = namespace.id
// https://name.suffix:443/
output suffix string = split(substring(namespace.properties.serviceBusEndpoint, indexOf(namespace.properties.serviceBusEndpoint, '.') + 1), ':')[0]
