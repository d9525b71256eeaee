import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import manifest from '../../package.json' with { type: 'json' }
import { createAuthority, type Issued } from '../../examples/support/pki.js'
import { addFixture, compile, createConsumer, node, pinned } from './support/project.js'

const PASSPORTS = ['0.5.3', '0.6.0', '0.7.0']
const ES_MODULES = [
  ['node16, ES modules', ['mts'], { module: 'node16' }],
  ['node16, CommonJS', ['cts'], { module: 'node16' }],
  ['nodenext, ES modules', ['mts'], { module: 'nodenext' }],
  ['nodenext, CommonJS', ['cts'], { module: 'nodenext' }],
] as const
const MODULES = [
  ['node16, both kinds in one program', ['mts', 'cts'], { module: 'node16' }],
  ['nodenext, both kinds in one program', ['mts', 'cts'], { module: 'nodenext' }],
  ['a bundler', ['mts'], { module: 'esnext', moduleResolution: 'bundler' }],
  ['commonjs', ['ts'], { module: 'commonjs', esModuleInterop: true }],
] as const
/** The default of TypeScript 5 for CommonJS. It ignores `exports`, and TypeScript 6 removed it. */
const NODE10 = [
  'commonjs, node10',
  ['ts'],
  { module: 'commonjs', moduleResolution: 'node10' },
] as const
const TYPESCRIPTS = [
  ['5.4.5', [...MODULES, NODE10]],
  ['5.9.3', [...MODULES, NODE10]],
  [manifest.devDependencies.typescript, [...ES_MODULES, ...MODULES]],
] as const
const TYPED_BARE = ['typescript', '@types/node'] as const
const TYPED_EXPRESS = ['@types/express', '@types/passport', 'express', 'passport'] as const

describe('the packed package', () => {
  describe('over a real TLS connection', () => {
    let pki: string

    before(async () => {
      const root = await createAuthority()
      const identity = ({ cert, key }: Issued) => ({ cert, key })
      pki = JSON.stringify({
        ca: root.cert,
        client: identity(await root.issue({ subject: 'CN=alice' })),
        server: identity(
          await root.issue({ subjectAltName: [{ type: 'ip', value: '127.0.0.1' }] }),
        ),
      })
    })

    for (const version of PASSPORTS) {
      it(`authenticates clients with Passport ${version}`, async () => {
        const consumer = await createConsumer(`passport-${version}`, `passport@${version}`)
        writeFileSync(join(consumer, 'pki.json'), pki)
        const { stdout } = await node(consumer, [addFixture(consumer, 'authenticate.cjs')])

        expect(JSON.parse(stdout)).to.deep.equal(['200 alice alice', '401 Unauthorized'])
      })
    }
  })

  for (const [version, modules] of TYPESCRIPTS) {
    describe(`in TypeScript ${version}, with no types but Node's`, () => {
      let consumer: string

      before(async () => {
        const packages = [`typescript@${version}`, ...pinned(['@types/node'])]
        consumer = await createConsumer(`typed-${version}`, ...packages)
        for (const program of ['typed', 'older-names']) {
          for (const type of ['mts', 'cts', 'ts']) {
            addFixture(consumer, `${program}.mts`, `${program}.${type}`)
          }
        }
      })

      for (const [title, types, options] of modules) {
        it(`compiles for ${title}, and runs`, async () => {
          const files = types.flatMap((type) => [`typed.${type}`, `older-names.${type}`])
          await compile(consumer, files, options)

          for (const file of files) await node(consumer, [file.replace(/ts$/, 'js')])
        })
      }
    })
  }

  it('rejects clients in h3, which uses the return value of a middleware as the response', async () => {
    const consumer = await createConsumer('h3', 'h3@1.15.11')
    const { stdout } = await node(consumer, [addFixture(consumer, 'h3.mjs')])

    expect(JSON.parse(stdout)).to.deep.equal([200, 401])
  })

  it('adds the certificate to the request type of Express', async () => {
    const consumer = await createConsumer('express', ...pinned([...TYPED_BARE, ...TYPED_EXPRESS]))
    const certificate = (await createAuthority({ subject: 'CN=alice' })).raw.toString('base64')

    await compile(consumer, [addFixture(consumer, 'express.mts')], { module: 'nodenext' })
    const { stdout } = await node(consumer, ['express.mjs'], { CERTIFICATE: certificate })

    expect(stdout.trimEnd().split('\n')).to.deep.equal([
      '200 {"user":{"name":"alice"},"isValid":true}',
      '401 Unauthorized',
    ])
  })
})
