// Run in a process of its own: parses every line of its standard input, and writes what was parsed
// before it takes the next.
import { writeSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseBase64Der } from '../../src/parsers/index.js'

for (const line of (await text(process.stdin)).split('\n')) {
  const certificate = parseBase64Der(line)
  writeSync(1, `${certificate === null ? 'refused' : certificate.raw.toString('base64')}\n`)
}
