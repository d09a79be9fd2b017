/** {@code tgpt kernels check, new, race, try}: an idea for a kernel, proven, raced and trained with. */
package org.tornadogpt.bench.kernels;
