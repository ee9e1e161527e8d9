// JPEG by the libjpeg-turbo inside TensorFlow's library, as an addon of its own: unlike the binding, any thread may load it.
// It gives the same bytes as libjpeg-turbo as WebAssembly (src/runtime/data/jpeg.ts) in less than half of the time.
#include <node_api.h>

#include <cstdint>
#include <functional>

// As in tensorflow/core/lib/jpeg/jpeg_mem.h, whose own includes are not all in the wheel.
enum J_DCT_METHOD { JDCT_ISLOW, JDCT_IFAST, JDCT_FLOAT };

namespace tensorflow::jpeg {

struct UncompressFlags {
  int ratio = 1;
  int components = 0;
  bool fancy_upscaling = true;
  bool try_recover_truncated_jpeg = false;
  float min_acceptable_fraction = 1.0;
  int stride = 0;
  J_DCT_METHOD dct_method = JDCT_ISLOW;
  bool crop = false;
  int crop_x = 0;
  int crop_y = 0;
  int crop_width = 0;
  int crop_height = 0;
};

uint8_t* Uncompress(const void* source, int bytes, const UncompressFlags& flags, int64_t* warnings,
                    std::function<uint8_t*(int, int, int)> allocate);

}  // namespace tensorflow::jpeg

namespace {

struct Bytes {
  uint8_t* data = nullptr;
  size_t size = 0;
};

bool BytesOf(napi_env env, napi_value value, Bytes* out) {
  napi_typedarray_type type;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &out->size, &data, nullptr, nullptr) != napi_ok) return false;
  out->data = static_cast<uint8_t*>(data);
  return type == napi_uint8_array && out->size <= INT32_MAX;
}

// decode(file, pixels, height, width, channels): whether `pixels` now holds the picture, of which nothing was odd.
napi_value Decode(napi_env env, napi_callback_info info) {
  size_t count = 5;
  napi_value arguments[5];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  Bytes file;
  Bytes pixels;
  int32_t wanted[3] = {0, 0, 0};
  bool whole = count == 5 && BytesOf(env, arguments[0], &file) && BytesOf(env, arguments[1], &pixels);
  for (int i = 0; whole && i < 3; i++) whole = napi_get_value_int32(env, arguments[2 + i], &wanted[i]) == napi_ok;
  if (whole) {
    tensorflow::jpeg::UncompressFlags flags;
    flags.components = wanted[2];
    int64_t warnings = 0;
    const auto into = [&](int width, int height, int channels) -> uint8_t* {
      const bool fits = height == wanted[0] && width == wanted[1] && channels == wanted[2];
      return fits && static_cast<size_t>(height) * width * channels == pixels.size ? pixels.data : nullptr;
    };
    whole = tensorflow::jpeg::Uncompress(file.data, static_cast<int>(file.size), flags, &warnings, into) != nullptr && warnings == 0;
  }
  napi_value result;
  napi_get_boolean(env, whole, &result);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value decode;
  napi_create_function(env, "decode", NAPI_AUTO_LENGTH, Decode, nullptr, &decode);
  napi_set_named_property(env, exports, "decode", decode);
  return exports;
}
