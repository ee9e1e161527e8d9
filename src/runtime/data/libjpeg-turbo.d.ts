/** What is used here of libjpeg-turbo as WebAssembly; the package brings no types. */
declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs" {
  export interface FrameInfo {
    readonly width: number;
    readonly height: number;
    /** 1: grey; 3: red, green, blue. */
    readonly componentCount: number;
  }

  export interface JpegDecoder {
    /** Room in the decoder's memory for the bytes of a file. */
    getEncodedBuffer(bytes: number): Uint8Array;
    /** Throws on anything that libjpeg-turbo so much as warns of. */
    decode(): void;
    getFrameInfo(): FrameInfo;
    /** The pixels, in the decoder's memory: they hold until its next use. */
    getDecodedBuffer(): Uint8Array;
  }

  export default function load(): Promise<{ readonly JPEGDecoder: new () => JpegDecoder }>;
}
