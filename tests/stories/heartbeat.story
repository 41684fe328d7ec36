# HeartbeatSeconds begins with ActivityStarted and again with each heartbeat. A missed one is States.Timeout on AWS, and
# Catch may name it States.HeartbeatTimeout.
connect w1 activity:cook
machine order {"StartAt":"Cook","States":{
  "Cook":{"Type":"Task","HeartbeatSeconds":5,"TimeoutSeconds":60,
    "Resource":"arn:aws:states:us-east-1:123456789012:activity:cook",
    "Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],"Next":"Cold"}],"End":true},
  "Cold":{"Type":"Fail","Error":"Cold","Cause":"nobody cooks"}}}
start order e1 {}
receive w1 Cook
----
created order
started e1
worker w1 gets Cook attempt=1 delivery=1 timeout=60s heartbeat=5s {}
#1 ExecutionStarted {}
#2 TaskStateEntered after #0 Cook {}
#3 ActivityScheduled timeout=60s heartbeat=5s {}
#4 ActivityStarted w1
timer task timeout in 60000 ms

advance 4s
heartbeat w1 Cook
advance 4s
heartbeat w1 Cook
advance 4999ms
----

advance 1ms
----
worker w1 is told to stop Cook
#5 ActivityTimedOut States.Timeout
#6 TaskStateExited Cook {"Error":"States.Timeout","Cause":""}
#7 FailStateEntered Cold {"Error":"States.Timeout","Cause":""}
#8 ExecutionFailed Cold: nobody cooks
