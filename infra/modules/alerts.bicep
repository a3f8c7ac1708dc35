// Who is called at night, and for what. The thresholds are those of GET /api/v1/health; docs/operations.md says what to do.
param name string
param location string
param tags object
param insightsId string
param busId string
param appId string
param email string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: take(name, 12)
    enabled: true
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

// Measured by the sweep of each minute: no measure at all means that nothing runs, which is worse than a bad one.
var measured = [
  { key: 'pending-old', metric: 'hotline.pending.age', over: 180, severity: 1, text: 'A pending message is older than 3 minutes: words and reminders are late.' }
  { key: 'timer-pass-old', metric: 'hotline.timerpass.age', over: 600, severity: 1, text: 'No timer pass for 10 minutes: reminders will be late.' }
  { key: 'timers-late', metric: 'hotline.timers.lateness', over: 60, severity: 2, text: 'Reminders fire over a minute late.' }
]

resource metricAlert 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = [
  for m in measured: {
    name: '${name}-${m.key}'
    location: location
    tags: tags
    properties: {
      description: m.text
      severity: m.severity
      enabled: true
      scopes: [insightsId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT10M'
      criteria: {
        allOf: [
          {
            query: 'customMetrics | where name == "${m.metric}" | summarize worst = max(valueMax) | where worst > ${m.over}'
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

resource silent 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = {
  name: '${name}-silent'
  location: location
  tags: tags
  properties: {
    description: 'The sweep of each minute has not been heard of for 15 minutes: the app is down, or its timers do not run.'
    severity: 0
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: 'customMetrics | where name == "hotline.pending.age" | summarize seen = count() | where seen == 0'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [people.id] }
  }
}

resource dead 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages were given up: GET /api/v1/dead-letters says which and why.'
    severity: 2
    enabled: true
    scopes: [busId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [{ name: 'dead', criterionType: 'StaticThresholdCriterion', metricName: 'DeadletteredMessages', operator: 'GreaterThan', threshold: 0, timeAggregation: 'Maximum' }]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource errors 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-errors'
  location: 'global'
  tags: tags
  properties: {
    description: 'The app answers 5xx.'
    severity: 1
    enabled: true
    scopes: [appId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [{ name: 'errors', criterionType: 'StaticThresholdCriterion', metricName: 'Http5xx', operator: 'GreaterThan', threshold: 10, timeAggregation: 'Total' }]
    }
    actions: [{ actionGroupId: people.id }]
  }
}
