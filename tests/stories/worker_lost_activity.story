# An activity whose worker is lost waits for its timeout. The worker was lost before it said `received`, so the clock
# starts when the lease is over: it may have been started then at the latest.
connect w1 activity:cook
machine order {"StartAt":"Cook","States":{"Cook":{"Type":"Task","TimeoutSeconds":30,
  "Resource":"arn:aws:states:us-east-1:123456789012:activity:cook","End":true}}}
start order e1 {}
die w1
----
created order
started e1
worker w1 gets Cook attempt=1 delivery=1 timeout=30s {}
#1 ExecutionStarted {}
#2 TaskStateEntered after #0 Cook {}
#3 ActivityScheduled timeout=30s {}

advance 10s
----
#4 ActivityStarted w1
timer task timeout in 30000 ms

advance 30s
----
#5 ActivityTimedOut States.Timeout
#6 ExecutionFailed States.Timeout
