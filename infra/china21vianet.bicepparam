// Azure operated by 21Vianet, where a Chinese city's data has to stay: az cloud set --name AzureChinaCloud before deploying.
using 'main.bicep'

param name = 'hotline'
// China North 3 has three zones; other regions have none.
param location = 'chinanorth3'
param zoneRedundant = true
param storageRedundancy = 'Standard_GZRS'
param alertEmail = 'operators@example.gov.cn'
