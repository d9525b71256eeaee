import { spawnSync } from 'node:child_process'
import diagnosticsChannel from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  type FileWatch,
  type ReloadMessage,
  watchFiles,
  type WatchFilesOptions,
} from '../../../src/server/index.js'
import {
  certbotFolder,
  kubernetesVolume,
  makeFolder,
  overwrittenFiles,
  removeFolders,
  renamedFiles,
  type RotatedFolder,
} from '../../support/rotated-files.js'

const LAYOUTS = { kubernetesVolume, certbotFolder, renamedFiles, overwrittenFiles }
const FAST = { debounceMs: 1, pollMs: 10 }

describe('watching files', () => {
  let events: EventEmitter
  let loaded: Record<string, string>[]
  let watches: FileWatch[]

  beforeEach(() => {
    events = new EventEmitter()
    loaded = []
    watches = []
  })
  afterEach(() => {
    for (const watch of watches) watch.close()
    removeFolders()
  })

  /** Loads what doesn't contain the word "half". */
  function start(
    { pathOf }: Pick<RotatedFolder, 'pathOf'>,
    options: Partial<WatchFilesOptions<string>> = FAST,
    names = ['ca.pem', 'key.pem'],
  ): void {
    const files = Object.fromEntries(names.map((name) => [name, pathOf(name)]))
    const watch = watchFiles(files, {
      load(contents) {
        const texts = Object.entries(contents).map(([name, bytes]) => [name, bytes.toString()])
        const made = Object.fromEntries(texts) as Record<string, string>
        if (JSON.stringify(made).includes('half')) throw new Error('half written')
        loaded.push(made)
      },
      onReloaded: () => events.emit('reloaded'),
      onFailed: (error) => events.emit('failed', error),
      ...options,
    })
    watches.push(watch)
  }

  for (const [layout, make] of Object.entries(LAYOUTS)) {
    for (const [how, options] of Object.entries({
      'as soon as they are replaced': { debounceMs: 1, pollMs: 86_400_000 },
      'by polling': FAST,
    })) {
      it(`loads all files at the start and ${how}: ${layout}`, async () => {
        const first = { 'ca.pem': 'ca 1', 'key.pem': 'key 1' }
        const folder = make(first)
        start(folder, options)
        await once(events, 'reloaded')
        const second = { 'ca.pem': 'ca 2', 'key.pem': 'key 1' }
        folder.rotate(second)
        await once(events, 'reloaded')
        const third = { 'ca.pem': 'ca 3', 'key.pem': 'key 3' }
        folder.rotate(third)
        while (loaded.at(-1)?.['key.pem'] !== 'key 3') await once(events, 'reloaded')
        expect(loaded.slice(0, 2)).to.deep.equal([first, second])
        expect(loaded.at(-1)).to.deep.equal(third)
      })
    }
  }

  it('notices changes behind a link, where the file system reports none', async () => {
    const folder = kubernetesVolume({ 'ca.pem': 'ca 1' })
    start(folder, FAST, ['ca.pem'])
    await once(events, 'reloaded')
    writeFileSync(folder.pathOf('ca.pem'), 'ca 2')
    await once(events, 'reloaded')
    expect(loaded).to.deep.equal([{ 'ca.pem': 'ca 1' }, { 'ca.pem': 'ca 2' }])
  })

  it('does not load again what is the same in another file', async () => {
    const folder = renamedFiles({ 'ca.pem': 'ca 1' })
    start(folder, FAST, ['ca.pem'])
    await once(events, 'reloaded')
    folder.rotate({ 'ca.pem': 'ca 1' })
    folder.rotate({ 'other.pem': 'other' })
    folder.rotate({ 'ca.pem': 'ca 2' })
    await once(events, 'reloaded')
    expect(loaded).to.have.lengthOf(2)
  })

  it('loads contents that were moved from one file to another', async () => {
    const folder = kubernetesVolume({ 'ca.pem': 'ab', 'key.pem': 'c' })
    start(folder)
    await once(events, 'reloaded')
    folder.rotate({ 'ca.pem': 'a', 'key.pem': 'bc' })
    await once(events, 'reloaded')
    expect(loaded[1]).to.deep.equal({ 'ca.pem': 'a', 'key.pem': 'bc' })
  })

  it("reports a file that can't be loaded once, and tries again until it can", async () => {
    const folder = overwrittenFiles({ 'ca.pem': 'ca 1' })
    let tries = 0
    const failures: unknown[] = []
    events.on('failed', (error: Error) => failures.push(error.message))
    start(
      folder,
      {
        ...FAST,
        load({ 'ca.pem': ca }) {
          tries += 1
          if (ca?.toString() === 'ca 1') return undefined
          if (tries > 5) return Promise.resolve()
          return Promise.reject(new Error('half written'))
        },
      },
      ['ca.pem'],
    )
    await once(events, 'reloaded')
    folder.rotate({ 'ca.pem': 'ca 2' })
    await once(events, 'reloaded')
    expect(tries).to.equal(6)
    expect(failures).to.deep.equal(['half written'])
  })

  it('reports the next failure with the same reason, once files were loaded in between', async () => {
    const folder = renamedFiles({ 'ca.pem': 'half' })
    start(folder, FAST, ['ca.pem'])
    await once(events, 'failed')
    folder.rotate({ 'ca.pem': 'ca 1' })
    await once(events, 'reloaded')
    folder.rotate({ 'ca.pem': 'half' })
    await once(events, 'failed')
    expect(loaded).to.deep.equal([{ 'ca.pem': 'ca 1' }])
  })

  it('says that the failure is over if the old contents come back, without loading them', async () => {
    const folder = renamedFiles({ 'ca.pem': 'ca 1' })
    start(folder, FAST, ['ca.pem'])
    await once(events, 'reloaded')
    folder.rotate({ 'ca.pem': 'half' })
    await once(events, 'failed')
    folder.rotate({ 'ca.pem': 'ca 1' })
    await once(events, 'reloaded')
    expect(loaded).to.have.lengthOf(1)
  })

  it('reports a file or a folder that is missing, and loads it when it is there', async () => {
    const folder = join(makeFolder(), 'later')
    const pathOf = (name: string): string => join(folder, name)
    start({ pathOf }, FAST, ['ca.pem'])
    const [error] = (await once(events, 'failed')) as [NodeJS.ErrnoException]
    expect(error.code).to.equal('ENOENT')
    mkdirSync(folder)
    writeFileSync(pathOf('ca.pem'), 'ca 1')
    await once(events, 'reloaded')
    rmSync(folder, { recursive: true })
    await once(events, 'failed')
    expect(loaded).to.deep.equal([{ 'ca.pem': 'ca 1' }])
  })

  it('writes a failure to standard error without onFailed', async () => {
    const folder = overwrittenFiles({ 'ca.pem': 'ca 1' })
    const { error } = console
    try {
      const written = new Promise<unknown>((resolve) => {
        console.error = resolve
      })
      const load = () => Promise.reject(new Error('half written'))
      watches.push(watchFiles({ ca: folder.pathOf('ca.pem') }, { load, ...FAST }))
      expect(await written).to.equal(
        "passport-client-certificate-auth: watchFiles() couldn't load the files, so the old ones stay in force: " +
          'half written',
      )
    } finally {
      console.error = error
    }
  })

  it('reports a rejection with another value as an error', async () => {
    const folder = renamedFiles({ 'ca.pem': 'ca 1' })
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an application may do it
    start(folder, { ...FAST, load: () => Promise.reject('text') }, ['ca.pem'])
    const [error] = (await once(events, 'failed')) as [Error]
    expect(error).to.be.instanceOf(Error).with.property('cause', 'text')
  })

  it('publishes on channels what it reports', async () => {
    const messages: unknown[] = []
    const note = (message: unknown, name: string | symbol): void => {
      const { files, error } = message as ReloadMessage
      messages.push([name, files, error?.message ?? null])
      events.emit('message')
    }
    const PREFIX = 'passport-client-certificate-auth'
    const names = [`${PREFIX}:reloaded`, `${PREFIX}:reload-failed`]
    for (const name of names) diagnosticsChannel.subscribe(name, note)
    const folder = renamedFiles({ 'ca.pem': 'half' })
    start(folder, { ...FAST, onReloaded: undefined, onFailed: undefined }, ['ca.pem'])
    await once(events, 'message')
    folder.rotate({ 'ca.pem': 'ca 1' })
    await once(events, 'message')
    for (const name of names) diagnosticsChannel.unsubscribe(name, note)
    const files = [folder.pathOf('ca.pem')]
    expect(messages).to.deep.equal([
      [names[1], files, 'half written'],
      [names[0], files, null],
    ])
  })

  it('never loads twice at once, and loads again what changed meanwhile', async () => {
    const folder = renamedFiles({ 'ca.pem': 'ca 1' })
    let running = 0
    let most = 0
    const seen: string[] = []
    start(
      folder,
      {
        ...FAST,
        async load({ 'ca.pem': ca }) {
          running += 1
          most = Math.max(most, running)
          seen.push(String(ca))
          if (seen.length === 1) {
            folder.rotate({ 'ca.pem': 'ca 2' })
            // Long enough for the file system to report the change.
            for (let round = 0; round < 20; round += 1) await new Promise(setImmediate)
          }
          running -= 1
        },
      },
      ['ca.pem'],
    )
    while (seen.length < 2) await once(events, 'reloaded')
    expect(seen).to.deep.equal(['ca 1', 'ca 2'])
    expect(most).to.equal(1)
  })

  it('reports nothing after it was closed, even if a load ends later', async () => {
    const folder = renamedFiles({ 'ca.pem': 'ca 1' })
    let finish: () => void = () => undefined
    const reports: string[] = []
    start(
      folder,
      {
        ...FAST,
        load: () =>
          new Promise<void>((resolve) => {
            finish = resolve
            events.emit('begun')
          }),
        onReloaded: () => reports.push('reloaded'),
      },
      ['ca.pem'],
    )
    await once(events, 'begun')
    watches[0]?.close()
    finish()
    for (let round = 0; round < 20; round += 1) await new Promise(setImmediate)
    expect(reports).to.deep.equal([])
  })

  it('keeps no process running', () => {
    const folder = renamedFiles({ 'ca.pem': 'ca 1' })
    const index = new URL('../../../src/server/index.ts', import.meta.url)
    const script = `import { watchFiles } from ${JSON.stringify(index.href)}
      watchFiles({ ca: ${JSON.stringify(folder.pathOf('ca.pem'))} }, { load() {}, onReloaded: () => process.exit(3) })`
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'ts-blank-space/register', '--input-type=module', '--eval', script],
      { encoding: 'utf8', timeout: 60_000 },
    )
    expect(status, stderr).to.equal(0)
  })

  const mistakes: [title: string, files: unknown, options: unknown, message: RegExp][] = [
    [
      'a path',
      '/etc/ca.pem',
      { load: () => 0 },
      /files must be an object with the path of each file/,
    ],
    ['null', null, { load: () => 0 }, /files must be an object/],
    ['a list', ['/etc/ca.pem'], { load: () => 0 }, /files must be an object/],
    ['no file', {}, { load: () => 0 }, /files must name at least one file/],
    ['an empty path', { ca: '' }, { load: () => 0 }, /files\.ca must not be empty/],
    ['no options', { ca: 'a' }, undefined, /options must be an object/],
    ['no load', { ca: 'a' }, {}, /option "load" must be a function/],
    [
      'an unknown option',
      { ca: 'a' },
      { load: () => 0, poll: 1 },
      /"poll" \(did you mean 'pollMs'\?\)/,
    ],
    [
      "a hook that isn't a function",
      { ca: 'a' },
      { load: () => 0, onFailed: 1 },
      /"onFailed" must be a function/,
    ],
    [
      "another hook that isn't a function",
      { ca: 'a' },
      { load: () => 0, onReloaded: 1 },
      /"onReloaded" must be a function/,
    ],
    [
      'too short an interval',
      { ca: 'a' },
      { load: () => 0, pollMs: 9 },
      /"pollMs" must be a whole number from 10/,
    ],
    [
      'a negative delay',
      { ca: 'a' },
      { load: () => 0, debounceMs: -1 },
      /"debounceMs" must be a whole number from 0/,
    ],
  ]
  for (const [title, files, options, message] of mistakes) {
    it(`throws for ${title}`, () => {
      expect(() => watchFiles(files as object, options as WatchFilesOptions<never>)).to.throw(
        TypeError,
        message,
      )
    })
  }
})
