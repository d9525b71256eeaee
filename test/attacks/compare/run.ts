// Runs every attack against every package, and writes docs/comparison.md.
import { writeFileSync } from 'node:fs'
import { FILE, score, toDocument } from './table.js'

const { lines, missing } = await score()
if (missing.length > 0) throw new Error(`Some attacks can't run here: ${missing.join('; ')}`)
writeFileSync(FILE, await toDocument(lines))
