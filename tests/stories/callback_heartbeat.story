# Heartbeats of a callback are due from TaskSubmitted on, and a restart does not forgive them. TimeoutSeconds count from
# TaskStarted.
connect w1 ask
machine order {"StartAt":"Approve","States":{
  "Approve":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":5,"TimeoutSeconds":60,
    "Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],"Next":"Late"}],
    "Parameters":{"FunctionName":"ask","Payload":{"id.$":"$.id","token.$":"$$.Task.Token"}},"End":true},
  "Late":{"Type":"Fail","Error":"Late"}}}
start order e1 {"id":7}
receive w1 Approve
----
created order
started e1
worker w1 gets Approve attempt=1 delivery=1 timeout=60s {"id":7,"token":"Zt22qgAAAAAAAAADAAAAAPayaftMdoS0GI7346dLWtw"}
#1 ExecutionStarted {"id":7}
#2 TaskStateEntered after #0 Approve {"id":7}
#3 TaskScheduled timeout=60s heartbeat=5s {"FunctionName":"ask","Payload":{"id":7,"token":"Zt22qgAAAAAAAAADAAAAAPayaftMdoS…
#4 TaskStarted
timer task timeout in 60000 ms

advance 10s
----

succeed w1 Approve {"asked":true}
----
worker w1 is told: Approve accepted
#5 TaskSubmitted {"ExecutedVersion":"$LATEST","Payload":{"asked":true},"SdkHttpMetadata":{"AllHtt…
timer callback heartbeat in 5000 ms

advance 4s
token Approve heartbeat
advance 4s
crash
advance 999ms
----
token of Approve counts
timer callback heartbeat in 5000 ms
timer callback heartbeat in 1000 ms
timer task timeout in 42000 ms

advance 10s
----
#6 TaskTimedOut States.Timeout
#7 TaskStateExited Approve {"Error":"States.Timeout","Cause":""}
#8 FailStateEntered Late {"Error":"States.Timeout","Cause":""}
#9 ExecutionFailed Late

token Approve heartbeat
----
Task Timed Out: 'Provided task does not exist anymore'
