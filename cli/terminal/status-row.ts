const MIN_ROWS = 6;

const SAVE_CURSOR = '\u001B7';
const RESTORE_CURSOR = '\u001B8';
const CURSOR_UP = '\u001B[1A';
const ERASE_ROW = '\u001B[2K';
const SCROLL_ALL_ROWS = '\u001B[r';
const scrollRows = (count: number) => `\u001B[1;${count}r`;
const goToRow = (row: number) => `\u001B[${row};1H`;

/**
 * The terminal's last row, kept for one line of state while everything above goes on scrolling. An application that
 * writes to the same terminal does not disturb it, as it would a line that is drawn over. (apt shows its progress so.)
 */
export class StatusRow {
  private readonly stream: NodeJS.WriteStream;
  private readonly style: (text: string) => string;
  private text = '';
  private open = false;
  private readonly onResize = () => this.reserve();
  private readonly onExit = () => this.close();

  constructor(stream: NodeJS.WriteStream, style: (text: string) => string) {
    this.stream = stream;
    this.style = style;
  }

  /** Draws one line, cut to the width of the terminal. */
  show(text: string): void {
    this.text = text;
    if (!this.open) this.begin();
    if (this.open) this.draw();
  }

  /** Gives the row back to the terminal. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.stream.off('resize', this.onResize);
    process.off('exit', this.onExit);
    this.stream.write(SAVE_CURSOR + SCROLL_ALL_ROWS + goToRow(this.stream.rows) + ERASE_ROW + RESTORE_CURSOR);
  }

  private begin(): void {
    if (!(this.stream.rows >= MIN_ROWS)) return;
    this.open = true;
    this.stream.on('resize', this.onResize);
    process.on('exit', this.onExit);
    this.stream.write('\n' + CURSOR_UP);
    this.reserve();
  }

  private reserve(): void {
    this.stream.write(SAVE_CURSOR + scrollRows(this.stream.rows - 1) + RESTORE_CURSOR);
    this.draw();
  }

  private draw(): void {
    const { rows, columns } = this.stream;
    const line = this.style(this.text.slice(0, columns).padEnd(columns));
    this.stream.write(`${SAVE_CURSOR}${goToRow(rows)}${ERASE_ROW}${line}${RESTORE_CURSOR}`);
  }
}
