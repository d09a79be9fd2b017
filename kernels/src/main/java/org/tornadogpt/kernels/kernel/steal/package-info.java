/** Work stealing between the threads of a pool. */
package org.tornadogpt.kernels.kernel.steal;
