/*
 * A CUDA driver for machines without a GPU. It claims to be one card of compute capability 9.0 and lets every call succeed; it computes
 * nothing, so results and times are without meaning. TornadoVM's CUDA back end compiles its kernels with NVRTC all the same, and hands
 * the finished code (a cubin) to cuModuleLoadDataEx, which writes it to the folder that STUB_DRIVER_DUMP names.
 *
 * While a stream is recorded into a graph, calls that CUDA refuses then are refused, said on standard error, and spoil the recording as
 * there. It is stricter than CUDA: it asks neither for the stream nor for the thread. An event is not
 * ready until somebody has waited for anything. STUB_DRIVER_GRAPHS names a file to which each
 * recording adds a line with its number of launches and copies.
 *
 *   cc -shared -fPIC -I CUDA/include tools/gpu/stub_driver.c -o libcuda.so.1
 */
#include <cuda.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A function of which nothing is wanted. */
#define NOTHING(name, ...) \
  CUresult name(__VA_ARGS__) { return CUDA_SUCCESS; }

/* A function that has to hand out something that is not null. */
#define HANDLE(name, type, ...)                  \
  CUresult name(type *handle, ##__VA_ARGS__) { \
    *handle = (type)(uintptr_t)8;                \
    return CUDA_SUCCESS;                         \
  }

static CUstreamCaptureStatus recording = CU_STREAM_CAPTURE_STATUS_NONE;
static int launches, copies;
static int pending; /* whether something was launched that nobody has waited for */

/* The result of a call that must not be made while a stream is recorded. */
static CUresult unless_recording(const char *call) {
  if (recording == CU_STREAM_CAPTURE_STATUS_NONE) {
    return CUDA_SUCCESS;
  }
  recording = CU_STREAM_CAPTURE_STATUS_INVALIDATED;
  fprintf(stderr, "[stub driver] ERROR : %s -> Returned: %d, a stream is recorded\n", call, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

/* The result of a call that becomes part of what is recorded. */
static CUresult recorded(int *calls) {
  ++*calls;
  pending = 1;
  return recording == CU_STREAM_CAPTURE_STATUS_INVALIDATED ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : CUDA_SUCCESS;
}

/* A function that waits, which must not be done while a stream is recorded. */
#define WAITING(name, ...)       \
  CUresult name(__VA_ARGS__) {      \
    pending = 0;                    \
    return unless_recording(#name); \
  }

NOTHING(cuInit, unsigned flags)
CUresult cuDriverGetVersion(int *version) {
  *version = CUDA_VERSION;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int *count) {
  *count = 1;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
  *device = ordinal;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
  snprintf(name, length, "stub driver, sm_90");
  return CUDA_SUCCESS;
}

#define MEMORY ((size_t)80 << 30)

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
  *bytes = MEMORY;
  return CUDA_SUCCESS;
}

CUresult cuMemGetInfo_v2(size_t *available, size_t *total) {
  *available = *total = MEMORY;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
  switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = 9; break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = 0; break;
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y: *value = 1024; break;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z: *value = 64; break;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X: *value = INT32_MAX; break;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z: *value = 65535; break;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK: *value = 48 << 10; break;
    case CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY: *value = 64 << 10; break;
    case CU_DEVICE_ATTRIBUTE_WARP_SIZE: *value = 32; break;
    case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK: *value = 65536; break;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE: *value = 1000000; break;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 132; break;
    default: *value = 1;
  }
  return CUDA_SUCCESS;
}

CUresult cuGetErrorName(CUresult error, const char **name) {
  *name = "STUB";
  return CUDA_SUCCESS;
}

CUresult cuGetErrorString(CUresult error, const char **text) { return cuGetErrorName(error, text); }

/* NVRTC asks for functions that are not public, and does without them. */
CUresult cuGetExportTable(const void **table, const CUuuid *id) { return CUDA_ERROR_INVALID_VALUE; }

HANDLE(cuCtxCreate_v4, CUcontext, CUctxCreateParams *parameters, unsigned flags, CUdevice device)
NOTHING(cuCtxDestroy_v2, CUcontext context)
NOTHING(cuCtxSetCurrent, CUcontext context)
WAITING(cuCtxSynchronize, void)
NOTHING(cuCtxGetStreamPriorityRange, int *least, int *greatest)

HANDLE(cuEventCreate, CUevent, unsigned flags)
NOTHING(cuEventDestroy_v2, CUevent event)
CUresult cuEventQuery(CUevent event) {
  CUresult result = unless_recording("cuEventQuery");
  return result == CUDA_SUCCESS && pending ? CUDA_ERROR_NOT_READY : result;
}
NOTHING(cuEventRecord, CUevent event, CUstream stream)
WAITING(cuEventSynchronize, CUevent event)
CUresult cuEventElapsedTime_v2(float *millis, CUevent start, CUevent end) {
  *millis = 0.01f; /* not 0, which would mean that the kernel has not run */
  return unless_recording("cuEventElapsedTime");
}

HANDLE(cuStreamCreate, CUstream, unsigned flags)
HANDLE(cuStreamCreateWithPriority, CUstream, unsigned flags, int priority)
NOTHING(cuStreamDestroy_v2, CUstream stream)
WAITING(cuStreamSynchronize, CUstream stream)
NOTHING(cuStreamWaitEvent, CUstream stream, CUevent event, unsigned flags)

CUresult cuStreamBeginCapture_v2(CUstream stream, CUstreamCaptureMode mode) {
  CUresult result = unless_recording("cuStreamBeginCapture");
  recording = CU_STREAM_CAPTURE_STATUS_ACTIVE;
  launches = copies = 0;
  return result;
}

CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph) {
  CUstreamCaptureStatus ended = recording;
  const char *name = getenv("STUB_DRIVER_GRAPHS");
  FILE *file = name ? fopen(name, "a") : NULL;
  recording = CU_STREAM_CAPTURE_STATUS_NONE;
  if (file) {
    fprintf(file, "%d launches, %d copies%s\n", launches, copies, ended == CU_STREAM_CAPTURE_STATUS_ACTIVE ? "" : ", spoilt");
    fclose(file);
  }
  *graph = ended == CU_STREAM_CAPTURE_STATUS_ACTIVE ? (CUgraph)(uintptr_t)8 : NULL;
  return ended == CU_STREAM_CAPTURE_STATUS_ACTIVE ? CUDA_SUCCESS : CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
}

CUresult cuStreamIsCapturing(CUstream stream, CUstreamCaptureStatus *status) {
  *status = recording;
  return CUDA_SUCCESS;
}

NOTHING(cuGraphDestroy, CUgraph graph)
NOTHING(cuGraphExecDestroy, CUgraphExec graph)
HANDLE(cuGraphInstantiateWithFlags, CUgraphExec, CUgraph graph, unsigned long long flags)
CUresult cuGraphLaunch(CUgraphExec graph, CUstream stream) {
  CUresult result = unless_recording("cuGraphLaunch");
  pending = 1;
  return result;
}
NOTHING(cuGraphExecUpdate_v2, CUgraphExec exec, CUgraph graph, CUgraphExecUpdateResultInfo *result)

/* The device's memory is the host's: the program copies to it and back. */
CUresult cuMemAlloc_v2(CUdeviceptr *pointer, size_t bytes) {
  *pointer = (CUdeviceptr)(uintptr_t)calloc(1, bytes + 64);
  return *pointer ? unless_recording("cuMemAlloc") : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult cuMemFree_v2(CUdeviceptr pointer) {
  free((void *)(uintptr_t)pointer);
  return unless_recording("cuMemFree");
}

CUresult cuMemAllocHost_v2(void **pointer, size_t bytes) {
  *pointer = calloc(1, bytes + 1);
  return *pointer ? unless_recording("cuMemAllocHost") : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult cuMemFreeHost(void *pointer) {
  free(pointer);
  return unless_recording("cuMemFreeHost");
}

NOTHING(cuMemHostRegister_v2, void *pointer, size_t bytes, unsigned flags)
NOTHING(cuMemHostUnregister, void *pointer)

static CUresult copy(const void *from, void *to, size_t bytes) {
  memcpy(to, from, bytes);
  return recorded(&copies);
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
  return copy(from, (void *)(uintptr_t)to, bytes);
}

CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return copy((void *)(uintptr_t)from, to, bytes);
}

CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
  memcpy((void *)(uintptr_t)to, (void *)(uintptr_t)from, bytes);
  return unless_recording("cuMemcpyDtoD");
}

CUresult cuMemsetD8_v2(CUdeviceptr to, unsigned char value, size_t bytes) {
  memset((void *)(uintptr_t)to, value, bytes);
  return unless_recording("cuMemsetD8");
}

/* An ELF file ends with its table of sections or with that of segments; its header says where they are. */
static size_t elf_size(const unsigned char *image) {
  uint64_t segments, sections;
  uint16_t of_segments[2], of_sections[2];
  memcpy(&segments, image + 32, 8);
  memcpy(&sections, image + 40, 8);
  memcpy(of_segments, image + 54, 4);
  memcpy(of_sections, image + 58, 4);
  segments += (uint64_t)of_segments[0] * of_segments[1];
  sections += (uint64_t)of_sections[0] * of_sections[1];
  return segments > sections ? segments : sections;
}

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned count, CUjit_option *options, void **values) {
  static int number;
  const char *folder = getenv("STUB_DRIVER_DUMP");
  *module = (CUmodule)(uintptr_t)8;
  if (folder && !memcmp(image, "\177ELF", 4)) {
    char name[4096];
    snprintf(name, sizeof name, "%s/%05d.cubin", folder, __atomic_fetch_add(&number, 1, __ATOMIC_RELAXED));
    FILE *file = fopen(name, "wb");
    if (!file || fwrite(image, elf_size(image), 1, file) != 1 || fclose(file)) {
      return CUDA_ERROR_OPERATING_SYSTEM;
    }
  }
  return CUDA_SUCCESS;
}

CUresult cuModuleLoadData(CUmodule *module, const void *image) { return cuModuleLoadDataEx(module, image, 0, NULL, NULL); }
NOTHING(cuModuleUnload, CUmodule module)
HANDLE(cuModuleGetFunction, CUfunction, CUmodule module, const char *name)
CUresult cuOccupancyMaxPotentialBlockSize(
    int *grid, int *block, CUfunction function, CUoccupancyB2DSize shared, size_t bytes, int limit) {
  *grid = 264;
  *block = 1024;
  return CUDA_SUCCESS;
}

CUresult cuLaunchKernel(
    CUfunction function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY, unsigned blockZ, unsigned shared,
    CUstream stream, void **arguments, void **extra) {
  return recorded(&launches);
}
