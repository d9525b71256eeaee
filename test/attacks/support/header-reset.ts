// Runs in its own process: opens many connections to a port, sends a request with the given header
// on each, and resets each at once. Writes the number of connections it has reset.
import { json } from 'node:stream/consumers'
import { sendRequest, type Task } from './header-request.ts'

const AT_A_TIME = 50

const task = (await json(process.stdin)) as Task
let done = 0
while (done < task.connections) {
  const batch = Array.from({ length: AT_A_TIME }, async () => (await sendRequest(task))())
  await Promise.all(batch)
  done += AT_A_TIME
}
process.stdout.write(String(done))
