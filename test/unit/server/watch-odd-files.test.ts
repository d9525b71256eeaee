import { spawnSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type FileWatch, watchFiles } from '../../../src/server/index.js'
import { makeFolder, removeFolders } from '../../support/rotated-files.js'

/** Puts something else than a regular file at a path. */
const ODD: Readonly<Record<string, (path: string) => void>> = {
  'a folder': (path) => {
    mkdirSync(path)
  },
  'a link to a folder': (path) => {
    mkdirSync(`${path}.d`)
    symlinkSync(`${path}.d`, path)
  },
  'a FIFO without a writer': (path) => {
    const { status, stderr } = spawnSync('mkfifo', [path], { encoding: 'utf8' })
    expect(status, stderr).to.equal(0)
  },
  'a device without an end': (path) => {
    symlinkSync('/dev/zero', path)
  },
}

describe('watching a file that is replaced', () => {
  const events = new EventEmitter()
  let path: string
  let loaded: string[]
  let watch: FileWatch | undefined

  beforeEach(async () => {
    path = join(makeFolder(), 'clients.crl')
    loaded = []
    writeFileSync(path, 'first')
    watch = watchFiles(
      { crl: path },
      {
        load: ({ crl }) => loaded.push(crl.toString()),
        onReloaded: () => events.emit('reloaded'),
        onFailed: (error) => events.emit('failed', error),
        ...{ debounceMs: 1, pollMs: 10 },
      },
    )
    await once(events, 'reloaded')
  })
  afterEach(() => {
    watch?.close()
    removeFolders()
  })

  const recover = async (): Promise<void> => {
    const reloaded = once(events, 'reloaded')
    rmSync(path, { recursive: true, force: true })
    writeFileSync(`${path}.new`, 'second')
    renameSync(`${path}.new`, path)
    await reloaded
    expect(loaded).to.deep.equal(['first', 'second'])
  }

  for (const [what, put] of Object.entries(ODD)) {
    it(`reports ${what}, and loads the next file`, async () => {
      const failed = once(events, 'failed') as Promise<[NodeJS.ErrnoException]>
      rmSync(path)
      put(path)
      for (let [error] = await failed; ; [error] = (await once(events, 'failed')) as [Error]) {
        // Between the two steps, there is no file.
        if (error.code === 'ENOENT') continue
        expect(error.code).to.equal('ERR_INVALID_ARG_VALUE')
        const expected = `passport-client-certificate-auth: files.crl must be a regular file, or a link to one. Received '${path}'`
        expect(error.message).to.equal(expected)
        break
      }
      await recover()
    })
  }

  it('reports a link without a target, and loads its target once it is there', async () => {
    const failed = once(events, 'failed') as Promise<[NodeJS.ErrnoException]>
    rmSync(path)
    symlinkSync(`${path}.later`, path)
    expect((await failed)[0].code).to.equal('ENOENT')
    const reloaded = once(events, 'reloaded')
    writeFileSync(`${path}.later`, 'second')
    await reloaded
    expect(loaded).to.deep.equal(['first', 'second'])
  })
})
