import { formatNumber } from './report.js'
import type { Bars } from './results.js'

const WIDTH = 800
const LEFT = 190
const RIGHT = 110
const TOP = 96
const ROW_HEIGHT = 52
const BAR_HEIGHT = 18
/** Of the axis, in powers of ten of a microsecond. */
const [FIRST_POWER, LAST_POWER] = [-1, 3]

/** Both schemes bring their own ground, so that neither needs the page's. */
const STYLE = `
  .ground { fill: #ffffff; stroke: #d0d7de; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .value { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
  .heading { font-size: 17px; font-weight: 600; }
  .faint { fill: #59636e; }
  .ours { fill: #0969da; }
  .theirs { fill: #8c959f; }
  .grid { stroke: #d0d7de; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d; }
    text { fill: #f0f6fc; }
    .value { stroke: #0d1117; }
    .faint { fill: #9198a1; }
    .ours { fill: #4493f8; }
    .theirs { fill: #6e7681; }
    .grid { stroke: #3d444d; }
  }
`

/** A bar chart as SVG: what each way to get a certificate takes with this package and without. */
export function toChart(bars: readonly Bars[], keyType: string): string {
  const bottom = TOP + bars.length * ROW_HEIGHT
  const height = bottom + 44
  const heading = 'Time to authenticate one request'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" ` +
      `height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${heading}</title>`,
    `<desc id="desc">${escape(describe(bars, keyType))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8" />`,
    text(24, 34, heading, ' class="heading"'),
    text(24, 56, `Microseconds, logarithmic; ${keyType}; shorter is better`, ' class="faint"'),
    ...legend(),
    ...axis(bottom),
    ...bars.flatMap((pair, index) => row(pair, TOP + index * ROW_HEIGHT)),
    '</svg>',
    '',
  ].join('\n')
}

/** For those who cannot see it. */
function describe(bars: readonly Bars[], keyType: string): string {
  const lines = bars.map(
    ({ title, ours, theirs, theirName, timesFaster }) =>
      `${title}: this package ${formatNumber(ours)}, ${theirName} ${formatNumber(theirs)}, ` +
      `${formatNumber(timesFaster)} times faster.`,
  )
  return `Microseconds for one request with a certificate of type ${keyType}. ${lines.join(' ')}`
}

function legend(): string[] {
  const [x, y] = [WIDTH - 290, 26]
  return [
    `<rect class="ours" x="${x}" y="${y - 2}" width="12" height="12" rx="2" />`,
    text(x + 18, y + 9, 'this package, certificate seen before'),
    `<rect class="theirs" x="${x}" y="${y + 20}" width="12" height="12" rx="2" />`,
    text(x + 18, y + 31, 'without it'),
  ]
}

function axis(bottom: number): string[] {
  const lines: string[] = []
  for (let power = FIRST_POWER; power <= LAST_POWER; power += 1) {
    const x = toX(10 ** power)
    lines.push(
      `<line class="grid" x1="${x}" y1="${TOP - 10}" x2="${x}" y2="${bottom}" />`,
      text(x, bottom + 20, String(10 ** power), ' class="faint" text-anchor="middle"'),
    )
  }
  return lines
}

function row({ title, ours, theirs, theirName, timesFaster }: Bars, top: number): string[] {
  const faster = `${formatNumber(ours)}, ${formatNumber(timesFaster)} times faster`
  return [
    text(LEFT - 12, top + 14, title, ' text-anchor="end"'),
    text(LEFT - 12, top + 14 + BAR_HEIGHT, theirName, ' class="faint" text-anchor="end"'),
    bar(ours, top, 'ours', faster),
    bar(theirs, top + BAR_HEIGHT + 2, 'theirs', formatNumber(theirs)),
  ]
}

function bar(microseconds: number, top: number, kind: string, label: string): string {
  const end = toX(microseconds)
  return [
    `<rect class="${kind}" x="${LEFT}" y="${top}" width="${(end - LEFT).toFixed(1)}" ` +
      `height="${BAR_HEIGHT}" rx="2" />`,
    text(end + 6, top + 14, label, ' class="value"'),
  ].join('\n')
}

function toX(microseconds: number): number {
  const share = (Math.log10(microseconds) - FIRST_POWER) / (LAST_POWER - FIRST_POWER)
  return Number((LEFT + Math.min(Math.max(share, 0), 1) * (WIDTH - LEFT - RIGHT)).toFixed(1))
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes}>${escape(content)}</text>`
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
