// Measures the package against the code that an application would need without it, and writes
// RESULTS.md. With --short, it measures less and writes no file. With the names of cases, it
// measures only those and writes no file.
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { measureAllocations } from './cases/allocation.js'
import { measureCpuTime } from './cases/cpu-time.js'
import { measureCrl } from './cases/crl.js'
import { measureEndToEnd } from './cases/end-to-end.js'
import { measureGarbage } from './cases/garbage.js'
import { measureHeaders } from './cases/headers.js'
import { measureHelpers } from './cases/helpers.js'
import { measureHostile } from './cases/hostile.js'
import { measureImports } from './cases/imports.js'
import { measurePaths } from './cases/paths.js'
import { measureSocket } from './cases/socket.js'
import { type Outcome, type Section, summarize, toMarkdown } from './results.js'
import { FULL, SHORT } from './settings.js'
import { createPki } from './support/pki.js'

const RESULTS = fileURLToPath(new URL('RESULTS.md', import.meta.url))

const args = process.argv.slice(2)
const isShort = args.includes('--short')
const wanted = args.filter((arg) => arg !== '--short')
const settings = isShort ? SHORT : FULL
const pki = await createPki()

const cases: Readonly<Record<string, () => Outcome | Promise<Outcome>>> = {
  socket: () => measureSocket(pki, settings.compare),
  headers: () => measureHeaders(pki, settings.compare),
  paths: () => measurePaths(pki, settings.compare),
  crl: () => measureCrl(),
  garbage: () => measureGarbage(pki, settings.garbage),
  hostile: () => measureHostile(pki, settings.garbage),
  helpers: () => measureHelpers(settings.compare),
  imports: () => measureImports(settings.imports),
  allocation: () => measureAllocations(pki),
  'cpu-time': () => measureCpuTime(pki, settings.cpuTime),
  'end-to-end': () => measureEndToEnd(pki, settings.endToEnd),
}

const names = wanted.length === 0 ? Object.keys(cases) : wanted
const parts = [
  '# Benchmark results',
  `Written by \`npm run bench\` on Node ${process.version}, ${process.platform} ${process.arch}, ` +
    `${describeProcessor()}. [How it is measured](README.md).`,
]
const sections: Section[] = []

for (const name of names) {
  const measure = cases[name]
  if (measure === undefined)
    throw new Error(`Unknown case ${name}; cases are ${Object.keys(cases).join(', ')}`)
  console.error(`Measuring ${name}`)
  const outcome = await measure()
  sections.push(...outcome.sections)
  parts.push(...outcome.sections.map(toMarkdown))
}
parts.push(toMarkdown(summarize(sections)))

const options = { ...(await resolveConfig(RESULTS)), filepath: RESULTS }
const text = await format(parts.join('\n\n'), options)
console.log(text)
if (!isShort && wanted.length === 0) await writeFile(RESULTS, text)

function describeProcessor(): string {
  const [first, ...others] = cpus()
  return `${first?.model.trim() ?? 'unknown processor'}, ${others.length + 1} cores`
}
