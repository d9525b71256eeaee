// Runs the unit tests of extractor, parsers, helpers and ./fetch on the runtimes. Each unit test is
// a test here. Tests that can't apply are listed in not-applicable.ts, and must fail as the list
// says.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { NOT_APPLICABLE, type NotApplicable } from './not-applicable.ts'
import { installRuntimes } from './support/install.js'
import { type Command, type Output, run } from './support/program.js'

interface Result {
  readonly fullTitle: string
  readonly err: { readonly message?: string; readonly stack?: string }
}

interface Report {
  readonly tests: readonly Result[]
  readonly failures: readonly Result[]
  readonly pending: readonly Result[]
}

const UNIT = fileURLToPath(new URL('../unit', import.meta.url))
// A test that fails may leave a server open, which would keep the process running.
const OPTIONS = ['--no-config', '--no-package', '--timeout', '60000', '--exit']
const MOCHA = ['node_modules/mocha/bin/_mocha', ...OPTIONS, '--require', 'reflect-metadata']

/** The unit tests of code that has to work in every runtime. */
const FILES = [
  ...['extractor', 'parsers', 'helpers'].flatMap((folder) =>
    readdirSync(join(UNIT, folder)).map((file) => join(folder, file)),
  ),
  'fetch.test.ts',
  'lambda.test.ts',
  ...['general-names', 'directory-name', 'oid'].map((name) => `certificate/${name}.test.ts`),
]

const { folder, bun, deno } = await installRuntimes()
const RUNTIMES: readonly (readonly [name: NotApplicable['runtime'], command: Command])[] = [
  ['bun', [bun]],
  ['deno', [deno, 'run', '-A', '--node-modules-dir=manual', '--unstable-sloppy-imports']],
]

function runMocha(
  command: Command,
  files: readonly string[],
  ...options: string[]
): Promise<Output> {
  const paths = files.map((file) => join(UNIT, file))
  return run(folder, [...command, ...MOCHA, ...options, ...paths])
}

async function report(command: Command, files: readonly string[]): Promise<Report> {
  const file = join(mkdtempSync(join(folder, 'report-')), 'report.json')
  const options = ['--reporter', 'json', '--reporter-option', `output=${file}`]
  const { stdout, stderr } = await runMocha(command, files, ...options)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch (cause) {
    throw new Error(`mocha wrote no report:\n${stdout}\n${stderr}`, { cause })
  }
}

for (const [runtime, command] of RUNTIMES) {
  const listed = NOT_APPLICABLE.filter((entry) => entry.runtime === runtime)
  const left = listed.flatMap(({ files = [] }) => files)
  const { tests, failures, pending } = await report(
    command,
    FILES.filter((file) => !left.includes(file)),
  )
  const findEntry = ({ fullTitle }: Result): NotApplicable | undefined =>
    listed.find(({ titles = [] }) => titles.some((title) => fullTitle.startsWith(title)))

  describe(`the unit tests, run by ${runtime}`, () => {
    // mocha lists a hook that fails only among the failures.
    const isHook = ({ fullTitle }: Result): boolean =>
      !tests.some((test) => test.fullTitle === fullTitle)
    for (const result of [...tests, ...failures.filter(isHook)]) {
      const failure = result.err.stack ?? result.err.message
      const entry = failure === undefined ? undefined : findEntry(result)
      if (entry === undefined) {
        it(result.fullTitle, () => {
          if (failure !== undefined) throw new Error(failure)
        })
      } else {
        it(`can't apply, because ${entry.reason}: ${result.fullTitle}`, () => {
          expect(failure).to.match(entry.error)
        })
      }
    }

    it('include all tests, and none is pending', () => {
      expect(tests.length).to.be.greaterThan(1000)
      expect(pending).to.deep.equal([])
    })

    for (const title of listed.flatMap(({ titles = [] }) => titles)) {
      it(`fail as not-applicable.ts says: ${title}`, () => {
        expect(failures.filter(({ fullTitle }) => fullTitle.startsWith(title))).not.to.deep.equal(
          [],
        )
      })
    }

    for (const { files = [], reason, error } of listed) {
      for (const file of files) {
        it(`can't apply, because ${reason}: ${file}`, async () => {
          const { status, stderr } = await runMocha(command, [file])
          expect(status).not.to.equal(0)
          expect(stderr).to.match(error)
        })
      }
    }
  })
}
