// Everything HotlinePush runs on, for one city. Addresses come from the resources themselves or from the cloud that is deployed to,
// so that the same text serves global Azure and Azure operated by 21Vianet.
targetScope = 'resourceGroup'

@description('Short name of the installation: small letters and digits.')
@minLength(3)
@maxLength(11)
param name string

param location string = resourceGroup().location

@description('Public address of the pages, https://12345.example.gov.cn; empty: the address the platform gives.')
param siteAddress string = ''

@description('Elastic Premium size of one instance.')
@allowed(['EP1', 'EP2', 'EP3'])
param planSize string = 'EP1'

@description('Instances at most: the ceiling of the bill, and of how hard storage is worked.')
@minValue(1)
@maxValue(40)
param mostInstances int = 10

@description('Instances, rows, files and messages over three zones. Needs a region that has them.')
param zoneRedundant bool = true

@description('Storage, bus and vault reachable from the app\'s network only. The bus is then of the Premium tier.')
param privateNetwork bool = false

@description('Where rows and files are copied to: a second region keeps them when the first is lost.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageRedundancy string = zoneRedundant ? 'Standard_GZRS' : 'Standard_GRS'

@description('Who is told of an alert.')
param alertEmail string

@description('Further settings of the app, such as Providers__Aliyun__SignName. Secrets belong into the vault, and here a reference to them.')
param extraSettings object = {}

var tags = { product: 'HotlinePush' }

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: { name: name, location: location, tags: tags }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  params: { name: name, location: location, tags: tags }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: name
    location: location
    tags: tags
    redundancy: storageRedundancy
    hostRedundancy: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
    isPrivate: privateNetwork
  }
}

module bus 'modules/bus.bicep' = {
  name: 'bus'
  params: { name: name, location: location, tags: tags, isPrivate: privateNetwork, zoneRedundant: zoneRedundant }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: { name: name, location: location, tags: tags, isPrivate: privateNetwork }
}

module app 'modules/app.bicep' = {
  name: 'app'
  params: {
    name: name
    location: location
    tags: tags
    planSize: planSize
    mostInstances: mostInstances
    zoneRedundant: zoneRedundant
    siteAddress: siteAddress
    dataAccount: storage.outputs.dataAccount
    hostAccount: storage.outputs.hostAccount
    filesContainer: storage.outputs.filesContainer
    busNamespace: bus.outputs.namespace
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    extraSettings: extraSettings
  }
}

module endpoints 'modules/endpoints.bicep' = if (privateNetwork) {
  name: 'endpoints'
  params: {
    name: name
    location: location
    tags: tags
    networkId: network!.outputs.networkId
    subnetId: network!.outputs.endpointSubnetId
    targets: [
      { id: storage.outputs.dataAccountId, group: 'table', zone: 'privatelink.table.${environment().suffixes.storage}' }
      { id: storage.outputs.dataAccountId, group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
      { id: storage.outputs.hostAccountId, group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
      { id: storage.outputs.hostAccountId, group: 'queue', zone: 'privatelink.queue.${environment().suffixes.storage}' }
      { id: storage.outputs.hostAccountId, group: 'table', zone: 'privatelink.table.${environment().suffixes.storage}' }
      { id: bus.outputs.namespaceId, group: 'namespace', zone: 'privatelink.${bus.outputs.suffix}' }
      { id: vault.outputs.id, group: 'vault', zone: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}' }
    ]
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    name: name
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
    busId: bus.outputs.namespaceId
    appId: app.outputs.appId
    email: alertEmail
  }
}

output address string = app.outputs.address
output appName string = app.outputs.appName
output vaultName string = vault.outputs.name
