// Two accounts: the platform keeps its own things in one (leases, the package of the app), the city's rows and files are in the other.
param name string
param location string
param tags object
param redundancy string
param hostRedundancy string
param isPrivate bool

var closed = { defaultAction: 'Deny', bypass: 'AzureServices' }
var open = { defaultAction: 'Allow', bypass: 'AzureServices' }

resource data 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: '${name}data${take(uniqueString(resourceGroup().id), 6)}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    // Identities only: there is no key that could leak.
    allowSharedKeyAccess: false
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: isPrivate ? closed : open
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: 14 }
      containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    }

    resource files 'containers' = {
      name: 'files'
    }
  }
}

resource host 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: '${name}host${take(uniqueString(resourceGroup().id), 6)}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: hostRedundancy }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: isPrivate ? closed : open
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource packages 'containers' = {
      name: 'packages'
    }
  }
}

output dataAccount string = data.name
output dataAccountId string = data.id
output hostAccount string = host.name
output hostAccountId string = host.id
output filesContainer string = data::blobs::files.name
