# A function with on_worker_lost: redeliver prefers at-least-once: when the lease is over the task goes to another worker
# as delivery 2, within the same attempt. The older delivery has lost: its answer changes nothing.
connect w1 ship
machine order {"StartAt":"Ship","States":{"Ship":{"Type":"Task",
  "Resource":"arn:aws:lambda:us-east-1:123456789012:function:ship","End":true}}}
start order e1 {}
receive w1 Ship
disconnect w1
connect w2 ship
----
created order
started e1
worker w1 gets Ship attempt=1 delivery=1 {}
#1 ExecutionStarted {}
#2 TaskStateEntered after #0 Ship {}
#3 LambdaFunctionScheduled {}
#4 LambdaFunctionStarted

advance 10s
----
worker w2 gets Ship attempt=1 delivery=2 {}

connect w1 ship
succeed w1 Ship "from delivery 1"
----
worker w1 is told: Ship no longer wanted
worker w1 is told: no longer wanted

succeed w2 Ship "from delivery 2"
----
worker w2 is told: Ship accepted
#5 LambdaFunctionSucceeded "from delivery 2"
#6 TaskStateExited Ship "from delivery 2"
#7 ExecutionSucceeded "from delivery 2"
