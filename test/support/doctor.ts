import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { doctor } from '../../src/cli/doctor/index.js'
import { run } from '../../src/cli/run.js'

export interface Diagnosed {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs `doctor` in this process. */
export async function runDoctor(...argv: readonly string[]): Promise<Diagnosed> {
  let out = ''
  let err = ''
  const status = await run(
    ['doctor', ...argv],
    { doctor },
    {
      stdin: (async function* () {})(),
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
    },
  )
  return { status, out, err }
}

export interface CheckData {
  readonly check: string
  readonly client: string
  readonly answers: readonly string[]
  readonly verdict: string
  readonly note?: string
}

export interface FindingData {
  readonly check: string
  readonly verdict: string
  readonly headers: readonly string[]
  readonly pages: readonly string[]
}

/** The JSON of a run that has come to an end. */
export interface DoctorData {
  readonly url: string
  readonly requests: number
  readonly baseline: string
  readonly checks: readonly CheckData[]
  readonly findings: readonly FindingData[]
}

/** Runs `doctor --json`, and throws for bad input. */
export async function diagnoseDeployment(...argv: readonly string[]): Promise<DoctorData> {
  const { out, err } = await runDoctor(...argv, '--json')
  if (err !== '') throw new Error(err)
  return JSON.parse(out) as DoctorData
}

const folders: string[] = []

/** Writes files into a temporary folder, and returns their paths. `removeFiles()` removes them. */
export function writeFiles<Name extends string>(
  files: Readonly<Record<Name, string>>,
): Record<Name, string> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  folders.push(folder)
  const entries = Object.entries<string>(files).map(([name, text]) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return [name, path]
  })
  return Object.fromEntries(entries) as Record<Name, string>
}

/** Call it in `afterEach()` or `after()`. */
export function removeFiles(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
}
