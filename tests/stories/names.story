# A name belongs to one execution. While it runs, the same input gets the same execution; another input, or an ended
# execution, is ExecutionAlreadyExists. So it stays after a restart.
machine order {"StartAt":"Sleep","States":{"Sleep":{"Type":"Wait","Seconds":5,"End":true}}}
start order e1 {"n":1}
----
created order
started e1
#1 ExecutionStarted {"n":1}
#2 WaitStateEntered after #0 Sleep {"n":1}
timer delay in 5000 ms

start order e1 {"n":1}
start order e1 {"n":2}
----
already started e1
Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:order:e1'

crash
start order e1 {"n":1}
----
timer delay in 5000 ms
already started e1

advance 5s
start order e1 {"n":1}
----
#3 WaitStateExited Sleep {"n":1}
#4 ExecutionSucceeded {"n":1}
Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:order:e1'
