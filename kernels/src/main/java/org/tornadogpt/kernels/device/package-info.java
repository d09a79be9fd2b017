/** Opens devices by name. */
package org.tornadogpt.kernels.device;
