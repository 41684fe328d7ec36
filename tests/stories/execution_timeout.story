# TimeoutSeconds of the machine ends the execution as TIMED_OUT whatever it waits for; a worker is told to stop. AWS
# shows States.Timeout in no event of its own, only ExecutionTimedOut.
connect w1 pay
machine order {"TimeoutSeconds":20,"StartAt":"Sleep","States":{
  "Sleep":{"Type":"Wait","Seconds":15,"Next":"Pay"},
  "Pay":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay","End":true}}}
start order e1 {}
----
created order
started e1
#1 ExecutionStarted {}
#2 WaitStateEntered after #0 Sleep {}
timer delay in 15000 ms
timer execution timeout in 20000 ms

advance 15s
receive w1 Pay
----
worker w1 gets Pay attempt=1 delivery=1 {}
#3 WaitStateExited Sleep {}
#4 TaskStateEntered Pay {}
#5 LambdaFunctionScheduled {}
#6 LambdaFunctionStarted

advance 5s
----
worker w1 is told to stop Pay
#7 ExecutionTimedOut after #0 States.Timeout
