param location string
param tags object
param insightsId string
param vaultId string
param busId string
param email string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-approvals'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'approvals'
    enabled: true
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

var actionGroups = empty(email) ? [] : [people.id]

// The texts are those that the app logs: Triggers/Activities.cs, Ledger/LedgerWatch.cs, Index/OverdueWatch.cs. A test holds them together.
var logAlerts = [
  {
    name: 'signing-failing'
    description: 'Decisions cannot be signed or recorded: the vault refuses, throttles or is away. Approvals turn into expiries at their deadline.'
    query: 'traces | where message startswith "Activity record of" or message startswith "Activity sign of"'
    severity: 1
    threshold: 3
  }
  {
    name: 'ledger-behind'
    description: 'Entries have waited for the ledger for longer than a minute. Nothing is released meanwhile.'
    query: 'traces | where message startswith "Ledger behind:"'
    severity: 1
    threshold: 1
  }
  {
    name: 'actions-overdue'
    description: 'Actions are undecided past their deadline: their orchestrations do not run.'
    query: 'traces | where message startswith "Actions overdue:"'
    severity: 2
    threshold: 0
  }
]

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = [for item in logAlerts: {
  name: 'alert-approvals-${item.name}'
  location: location
  tags: tags
  properties: {
    displayName: item.name
    description: item.description
    severity: item.severity
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT10M'
    criteria: {
      allOf: [
        {
          query: item.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: item.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    autoMitigate: true
    actions: { actionGroups: actionGroups }
  }
}]

// The vault's own word, for when the app is too broken to log.
resource vaultAvailability 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-approvals-vault'
  location: 'global'
  tags: tags
  properties: {
    description: 'Key Vault answers too few requests: nothing can be signed or sealed.'
    severity: 1
    enabled: true
    scopes: [vaultId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'availability'
          metricName: 'Availability'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: 95
        }
      ]
    }
    actions: [for id in actionGroups: { actionGroupId: id }]
  }
}

resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-approvals-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages were refused or announcements not fetched; the dead letter says why.'
    severity: 3
    enabled: true
    scopes: [busId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'deadLetters'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [for id in actionGroups: { actionGroupId: id }]
  }
}
