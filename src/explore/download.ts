// Files that the reader takes home. They are made in the page, and nothing is sent anywhere.

/** pixels of an image for each of its figure's, for screens and for print */
const SHARPNESS = 2;

/** Offers bytes or text as a file. */
export function offer(name: string, type: string, content: string | Blob): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // the browser has taken the file once its own task has run
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** An SVG document, `width` and `height` among its attributes, as a PNG image. */
export async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SHARPNESS * image.naturalWidth;
    canvas.height = SHARPNESS * image.naturalHeight;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) =>
      canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("the image is too large"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
