/** One training run by several processes. */
package org.tornadogpt.distributed;
