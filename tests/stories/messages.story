# Messages between partitions are written by the sender in its batch, numbered, and applied once: also when the process
# dies between sending and applying.
partitions 3
probe 0 2 hello
probe 0 2 again
probe 1 2 from another
----
sent as number 1
partition 2 has from 0 number 1: hello
sent as number 2
partition 2 has from 0 number 2: again
sent as number 1
partition 2 has from 1 number 1: from another

# Written and durable, not applied yet: the sender's turn is the only one taken. The next process sends it again from its
# row, and no number is applied twice.
probe 0 2 on its way turns=1
----
sent as number 3

crash
----
partition 2 has from 0 number 3: on its way

probe 0 2 after the crash
----
sent as number 4
partition 2 has from 0 number 4: after the crash
