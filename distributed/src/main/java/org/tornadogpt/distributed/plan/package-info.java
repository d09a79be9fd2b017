/** What a training run would need on machines that are not at hand. */
package org.tornadogpt.distributed.plan;
