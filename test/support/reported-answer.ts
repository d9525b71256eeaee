import { FirstAnswer } from '../../src/guard/first-answer.js'

/** Hands the first answer over to a function. */
export class ReportedAnswer<Answer extends object | string> extends FirstAnswer<Answer> {
  readonly #handOver: (answer: Answer) => void

  constructor(handOver: (answer: Answer) => void) {
    super()
    this.#handOver = handOver
  }

  protected override report(answer: Answer): void {
    this.#handOver(answer)
  }
}
