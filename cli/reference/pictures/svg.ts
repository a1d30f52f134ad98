/*
 * Pictures of the documents are SVG that this folder writes: they show wherever the repository is read,
 * and on the site without a library. Mermaid would have every reader's browser load one of a few megabytes.
 */

/** A place in a picture, in pixels from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a box stands for: it decides about its colours. */
export type Tone = 'plain' | 'ours' | 'store' | 'good' | 'bad' | 'turn';

const fills: Readonly<Record<Tone, string>> = {
  plain: '#f6f8fa',
  ours: '#ddf4ff',
  store: '#fff8c5',
  good: '#dafbe1',
  bad: '#ffebe9',
  turn: '#fbefff',
};

const ink = '#1f2328';
const faint = '#59636e';
const lineHeight = 17;

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export interface TextStyle {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  readonly faint?: boolean;
}

/** A line of text; `at` is its baseline. */
export function text(at: Point, content: string, style: TextStyle = {}): string {
  const { size = 13, anchor = 'middle', bold = false, faint: isFaint = false } = style;
  const weight = bold ? ' font-weight="600"' : '';
  const colour = isFaint ? faint : ink;
  return `<text x="${at.x}" y="${at.y}" text-anchor="${anchor}" font-size="${size}"${weight} fill="${colour}">${escaped(content)}</text>`;
}

/** A box with lines of text in its middle, the first of them bold. */
export function box(
  corner: Point,
  { width, height }: Size,
  { lines, tone = 'plain', dashed = false }: BoxStyle,
): string {
  const dash = dashed ? ' stroke-dasharray="5 4"' : '';
  const middle = corner.x + width / 2;
  const first = corner.y + height / 2 - ((lines.length - 1) * lineHeight) / 2 + 4.5;
  return [
    `<rect x="${corner.x}" y="${corner.y}" width="${width}" height="${height}" rx="6" fill="${fills[tone]}" stroke="${faint}"${dash}/>`,
    ...lines.map((line, index) =>
      text({ x: middle, y: first + index * lineHeight }, line, {
        ...(index === 0 ? { bold: true } : { size: 12, faint: true }),
      }),
    ),
  ].join('\n');
}

export interface BoxStyle {
  readonly lines: readonly string[];
  readonly tone?: Tone;
  readonly dashed?: boolean;
}

/** An arrow, bent to its left by so many pixels, with a text on it. */
export function arrow(from: Point, to: Point, style: ArrowStyle = {}): string {
  const { label, bend = 0, dashed = false, at = 0.5 } = style;
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const middle = {
    x: (from.x + to.x) / 2 + ((to.y - from.y) / length) * bend * 2,
    y: (from.y + to.y) / 2 - ((to.x - from.x) / length) * bend * 2,
  };
  const on = (way: number): Point => ({
    x: round((1 - way) ** 2 * from.x + 2 * way * (1 - way) * middle.x + way ** 2 * to.x),
    y: round((1 - way) ** 2 * from.y + 2 * way * (1 - way) * middle.y + way ** 2 * to.y),
  });
  const dash = dashed ? ' stroke-dasharray="5 4"' : '';
  const path = `M ${from.x} ${from.y} Q ${round(middle.x)} ${round(middle.y)} ${to.x} ${to.y}`;
  const line = `<path d="${path}" fill="none" stroke="${faint}" stroke-width="1.4"${dash} marker-end="url(#head)"/>`;
  return label === undefined ? line : `${line}\n${tag(on(at), label)}`;
}

export interface ArrowStyle {
  readonly label?: string;
  readonly bend?: number;
  readonly dashed?: boolean;
  /** Where on its way the label is, from 0 to 1. */
  readonly at?: number;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A text that lies on a line and hides it. */
function tag({ x, y }: Point, label: string): string {
  const width = label.length * 6.4 + 8;
  return [
    `<rect x="${round(x - width / 2)}" y="${y - 9}" width="${round(width)}" height="18" fill="#ffffff"/>`,
    text({ x, y: y + 4 }, label, { size: 12, faint: true }),
  ].join('\n');
}

/** The whole picture, on a ground of its own: it is read on dark pages too. */
export function picture({ width, height }: Size, title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M 0 0 L 10 5 L 0 10 z" fill="${faint}"/></marker></defs>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}
