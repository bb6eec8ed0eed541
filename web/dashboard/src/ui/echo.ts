/** Which changes of a place that is written to with delay are the echo of what one wrote there oneself. */
export class Echo {
  #written: string[] = [];

  /** Notes what is being written; false when that is under way already. */
  write(text: string): boolean {
    if (this.#written.at(-1) === text) return false;
    this.#written.push(text);
    return true;
  }

  /** Whether somebody else wrote what is there now. What was written before it will not come any more. */
  isForeign(text: string): boolean {
    const at = this.#written.lastIndexOf(text);
    this.#written = at < 0 ? [] : this.#written.slice(at + 1);
    return at < 0;
  }
}
