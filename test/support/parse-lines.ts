// Runs in its own process: parses every line of standard input, and writes the result before it
// reads the next line.
import { writeSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseBase64Der } from '../../src/parsers/index.js'

for (const line of (await text(process.stdin)).split('\n')) {
  const certificate = parseBase64Der(line)
  writeSync(1, `${certificate === null ? 'refused' : certificate.raw.toString('base64')}\n`)
}
