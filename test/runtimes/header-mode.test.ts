import { createAuthority } from '../support/pki.js'
import {
  createClients,
  checkHeaderCase,
  listHeaderCases,
  seenOnNode,
} from './support/header-cases.js'
import { installRuntimes } from './support/install.js'
import { type Command, start, stopPrograms } from './support/program.js'

const { folder, bun, deno } = await installRuntimes()
const clients = await createClients(await createAuthority({ subject: 'CN=Test CA' }))
const seen = seenOnNode(clients)

const NODE: Command = [process.execPath, '--no-warnings', '--import', 'ts-blank-space/register']
const RUNTIMES: readonly (readonly [name: string, command: Command])[] = [
  ['Node, for comparison', NODE],
  ['Bun', [bun]],
  ['Deno', [deno, 'run', '-A', '--node-modules-dir=manual']],
]
const SERVERS = [
  ['node:http with Express and Passport', 'serve-header.ts'],
  ["the runtime's own server and ./fetch", 'serve-fetch.ts'],
] as const

for (const [runtime, command] of RUNTIMES) {
  for (const [server, program] of SERVERS) {
    describe(`behind a proxy, on ${runtime}: ${server}`, () => {
      let port: number
      before(async () => {
        const { line } = await start<{ port: number }>(folder, [
          ...command,
          `test/runtimes/programs/${program}`,
        ])
        port = line.port
      })
      after(stopPrograms)

      for (const each of listHeaderCases(clients)) {
        it(each.title, async () => {
          await checkHeaderCase(port, each, seen)
        })
      }
    })
  }
}
