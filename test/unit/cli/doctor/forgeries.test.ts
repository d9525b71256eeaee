import { expect } from 'chai'
import { encodeCertificate } from '../../../../src/cli/doctor/encode.js'
import {
  dropped,
  droppedVerifyHeaders,
  empty,
  type Forged,
  type Forgery,
  type Line,
  plain,
  replaced,
  twice,
  underscores,
  verifyHeaders,
} from '../../../../src/cli/doctor/forgeries.js'
import { listVariants, type Variant } from '../../../../src/cli/doctor/variants.js'
import { DECODERS } from '../../../../src/parsers/decoders.js'
import { ENCODINGS } from '../../../../src/parsers/encodings.js'
import { PRESETS } from '../../../../src/parsers/presets.js'
import { testPki } from '../../../support/pki.js'

const LEAF = Buffer.alloc(600, 'leaf')
const ISSUER = Buffer.alloc(600, 'issuer')
const CONTENTS = { leaf: LEAF, issuer: undefined }

const NGINX: Variant = {
  header: 'x-cert',
  encoding: 'base64-der',
  chainHeader: 'x-chain-*',
  required: [{ header: 'x-verify', value: 'SUCCESS' }],
  presets: ['nginx'],
}
const OTHER: Variant = { ...NGINX, header: 'y-cert', chainHeader: undefined, required: [] }

const VALUE = LEAF.toString('base64')
const linesOf = (forged: readonly Forged[]): readonly (readonly Line[])[] =>
  forged.map(({ lines }) => lines)

describe('a certificate in a header', () => {
  for (const encoding of ENCODINGS) {
    it(`can be read by the decoder of its encoding: ${encoding}`, async () => {
      const { rsa } = await testPki()
      const value = encodeCertificate(rsa.raw, encoding)
      expect(DECODERS[encoding].leaf(value)).to.deep.equal([rsa.raw])
      expect(value).to.match(/^[\x20-\x7e]+$/)
    })
  }

  it('has literal + / = as AWS writes it, and none of them otherwise', () => {
    const der = Buffer.from('fbf0fffe3e3f', 'hex')
    const body = (text: string): string => text.split('-----')[2] as string
    expect(
      body(encodeCertificate(Buffer.concat([der, der.subarray(0, 1)]), 'url-pem-aws')),
    ).to.equal('%0A+/D//j4/+w==%0A')
    expect(encodeCertificate(der, 'url-pem')).not.to.match(/[+/=]/)
  })
})

describe('the variants', () => {
  it('cover the header, the encoding and the required headers of every preset', () => {
    const variants = listVariants([])
    for (const [source, preset] of Object.entries(PRESETS)) {
      const found = variants.filter(
        ({ header, encoding }) => header === preset.header && encoding === preset.encoding,
      )
      expect(found, source).to.have.lengthOf(1)
      expect(found[0]?.presets).to.include(source)
      expect(found[0]?.required).to.include.deep.members([...(preset.requiredHeaders ?? [])])
      if (preset.chainHeader !== undefined)
        expect(found[0]?.chainHeader).to.equal(preset.chainHeader)
    }
  })

  it('put presets together that read the same header, with what any of them requires', () => {
    const shared = listVariants([]).find(
      ({ header, encoding }) => header === 'x-ssl-client-cert' && encoding === 'base64-der',
    )
    expect(shared).to.deep.equal({
      header: 'x-ssl-client-cert',
      encoding: 'base64-der',
      chainHeader: 'x-ssl-client-chain',
      required: [{ header: 'x-ssl-client-verify', value: '0' }],
      presets: ['caddy', 'haproxy'],
    })
  })

  it('have every encoding for your own header, with the verify header that fits', () => {
    const own = listVariants(['x-own']).filter(({ header }) => header === 'x-own')
    expect(own.map(({ encoding, required }) => [encoding, required[0]?.value])).to.deep.equal([
      ['url-pem', 'SUCCESS'],
      ['xfcc', 'SUCCESS'],
      ['base64-der', '0'],
      ['rfc9440', 'SUCCESS'],
      ['apache-pem', 'SUCCESS'],
      ['base64-pem', 'SUCCESS'],
    ])
    expect(own[0]).to.include({ chainHeader: undefined })
    expect(own.flatMap(({ presets }) => presets)).to.deep.equal([])
  })

  it('include a variant only once if your own header is one of a preset', () => {
    const [all, own] = [listVariants([]), listVariants(['x-ssl-client-cert'])]
    expect(own.slice(0, all.length)).to.deep.equal(all)
    expect(own.slice(all.length).map(({ encoding }) => encoding)).to.deep.equal([
      'xfcc',
      'rfc9440',
      'base64-pem',
    ])
  })
})

describe('forged headers', () => {
  const spellings: readonly (readonly [title: string, forgery: Forgery, lines: Line[]])[] = [
    [
      'as proxies write them',
      plain,
      [
        ['x-cert', VALUE],
        ['x-verify', 'SUCCESS'],
        ['y-cert', VALUE],
      ],
    ],
    [
      'with _ instead of -',
      underscores,
      [
        ['x_cert', VALUE],
        ['x_verify', 'SUCCESS'],
        ['y_cert', VALUE],
      ],
    ],
    [
      'on two lines in two letter cases',
      twice,
      [
        ['x-cert', VALUE],
        ['x-verify', 'SUCCESS'],
        ['y-cert', VALUE],
        ['X-CERT', VALUE],
        ['X-VERIFY', 'SUCCESS'],
        ['Y-CERT', VALUE],
      ],
    ],
    [
      'with _, while Connection lists those with -',
      replaced,
      [
        ['Connection', 'close, x-cert, x-verify, y-cert'],
        ['x_cert', VALUE],
        ['x_verify', 'SUCCESS'],
        ['y_cert', VALUE],
      ],
    ],
    [
      'without verify headers, which Connection lists',
      dropped,
      [
        ['Connection', 'close, x-verify'],
        ['x-cert', VALUE],
        ['y-cert', VALUE],
      ],
    ],
    [
      'without a value, beside verify headers',
      empty,
      [
        ['x-cert', ''],
        ['x-verify', 'SUCCESS'],
        ['y-cert', ''],
      ],
    ],
    ['without a certificate header', verifyHeaders, [['x-verify', 'SUCCESS']]],
    ['that are only dropped', droppedVerifyHeaders, [['Connection', 'close, x-verify']]],
  ]
  for (const [title, forgery, lines] of spellings) {
    it(`are written ${title}`, () => {
      expect(linesOf(forgery([NGINX, OTHER], CONTENTS, []))).to.deep.equal([lines])
    })
  }

  it('tell which variants are among them', () => {
    expect(plain([NGINX, OTHER], CONTENTS, [])[0]?.variants).to.deep.equal([NGINX, OTHER])
    expect(droppedVerifyHeaders([NGINX], CONTENTS, [])[0]?.variants).to.deep.equal([])
  })

  it('include the issuer, in the header of the chain, if it is at hand', () => {
    const [forged] = plain([NGINX, OTHER], { leaf: LEAF, issuer: ISSUER }, [])
    expect(forged?.lines).to.deep.include(['x-chain-0', ISSUER.toString('base64')])
    expect(forged?.lines).to.have.lengthOf(4)
  })

  it('include your own lines in every request, instead of a preset', () => {
    const extra: Line[] = [['x-verify', 'ok']]
    const haproxy: Variant = { ...NGINX, encoding: 'rfc9440' }
    expect(linesOf(plain([NGINX, haproxy], CONTENTS, extra))).to.deep.equal([
      [
        ['x-verify', 'ok'],
        ['x-cert', VALUE],
      ],
      [
        ['x-verify', 'ok'],
        ['x-cert', `:${VALUE}:`],
      ],
    ])
    expect(linesOf(underscores([OTHER], CONTENTS, extra))).to.deep.equal([
      [
        ['x_verify', 'ok'],
        ['y_cert', VALUE],
      ],
    ])
    expect(linesOf(droppedVerifyHeaders([OTHER], CONTENTS, extra))).to.deep.equal([
      [['Connection', 'close, x-verify']],
    ])
  })

  it('go into several requests if they disagree about a value', () => {
    const haproxy: Variant = { ...OTHER, required: [{ header: 'x-verify', value: '0' }] }
    const forged = verifyHeaders([NGINX, haproxy, OTHER], CONTENTS, [])
    expect(linesOf(forged)).to.deep.equal([[['x-verify', 'SUCCESS']], [['x-verify', '0']]])
    expect(forged.map(({ variants }) => variants)).to.deep.equal([[NGINX, OTHER], [haproxy]])
  })

  for (const [title, forgery, perLine] of [
    ['one line each', plain, 1],
    ['two lines each', twice, 2],
  ] as const) {
    it(`fill a request up to 10,000 characters: ${title}`, () => {
      const names = ['a', 'b', 'c', 'd'].map((letter) => `${letter}-cert`)
      const variants = names.map((header) => ({ ...OTHER, header }))
      // The characters of a line are name, colon, space, value, CR and LF.
      const fitting = 10_000 / 4 / perLine - 10
      const contents = (characters: number) => ({
        leaf: Buffer.alloc((characters / 4) * 3),
        issuer: undefined,
      })
      expect(forgery(variants, contents(fitting - (fitting % 4)), [])).to.have.lengthOf(1)
      expect(forgery(variants, contents(fitting - (fitting % 4) + 4), [])).to.have.lengthOf(2)
    })
  }

  it('are sent even if one alone is too large', () => {
    const contents = { leaf: Buffer.alloc(20_000), issuer: undefined }
    expect(plain([NGINX, OTHER], contents, [])).to.have.lengthOf(2)
  })

  it('fit into three requests, for all presets and an ordinary certificate', async () => {
    const { ec, rsa } = await testPki()
    for (const { raw } of [ec, rsa])
      expect(plain(listVariants([]), { leaf: raw, issuer: undefined }, [])).to.have.lengthOf(3)
  })
})
