// Measures the package against what one would have without it, and writes RESULTS.md and chart.svg.
// With --short: less of everything, and no files. With names of cases: only those, and no files.
import { cpus } from 'node:os'
import { measureEndToEnd } from './cases/end-to-end.js'
import { measureGarbage } from './cases/garbage.js'
import { measureHeaders } from './cases/headers.js'
import { measureHelpers } from './cases/helpers.js'
import { measureHostile } from './cases/hostile.js'
import { measureImports } from './cases/imports.js'
import { measureMemory } from './cases/memory.js'
import { measureSocket } from './cases/socket.js'
import { writeFiles } from './files.js'
import { summarize, toText } from './report.js'
import type { Outcome } from './results.js'
import { FULL, SHORT } from './settings.js'
import { createPki } from './support/pki.js'

const args = process.argv.slice(2)
const isShort = args.includes('--short')
const wanted = args.filter((arg) => arg !== '--short')
const settings = isShort ? SHORT : FULL
const pki = await createPki()

const cases: Readonly<Record<string, () => Outcome | Promise<Outcome>>> = {
  socket: () => measureSocket(pki, settings.compare),
  headers: () => measureHeaders(pki, settings.compare),
  garbage: () => measureGarbage(pki, settings.refuse),
  hostile: () => measureHostile(pki, settings.refuse),
  helpers: () => measureHelpers(settings.compare),
  imports: () => measureImports(settings.imports),
  'end-to-end': () => measureEndToEnd(pki, settings.endToEnd),
  memory: () => measureMemory(pki, settings.certificates),
}

const names = wanted.length === 0 ? Object.keys(cases) : wanted
const machine = `Node ${process.version}, ${process.platform} ${process.arch}, ${describeProcessor()}`
console.log(machine)

const outcomes: Outcome[] = []
for (const name of names) {
  const measure = cases[name]
  if (measure === undefined)
    throw new Error(`There are ${Object.keys(cases).join(', ')}, no ${name}`)
  const outcome = await measure()
  outcomes.push(outcome)
  for (const section of outcome.sections) console.log(toText(section))
}

const measured = outcomes.flatMap(({ sections }) => sections)
const summary = summarize(measured)
console.log(toText(summary))
if (!isShort && wanted.length === 0) {
  const bars = outcomes.flatMap((outcome) => outcome.bars ?? [])
  await writeFiles([...measured, summary], bars, machine, settings)
}

function describeProcessor(): string {
  const [first, ...others] = cpus()
  return `${first?.model.trim() ?? 'unknown processor'}, ${others.length + 1} cores`
}
