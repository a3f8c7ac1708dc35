// Global Azure. Deploy into a region of the city's own choosing.
using 'main.bicep'

param name = 'hotline'
param zoneRedundant = true
param alertEmail = 'operators@example.gov.cn'
