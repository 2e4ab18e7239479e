/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The kernel's heaps and slabs, as the linker collected them. Pools made at run time by k_heap_init() or
 * k_mem_slab_init() are not among them: the kernel keeps no list of those.
 */

#include <zephyr/kernel.h>
#include <zephyr/sys/iterable_sections.h>
#include <zephyr/sys/sys_heap.h>

#include "westerly.h"

#if K_HEAP_MEM_POOL_SIZE > 0
extern struct k_heap _system_heap;
#define IS_SYSTEM_HEAP(heap) ((heap) == &_system_heap)
#else
#define IS_SYSTEM_HEAP(heap) false
#endif

/* A heap has no blocks: it is given as blocks of one byte. */
static void heap_read(struct k_heap *heap, uint32_t index, struct westerly_memory_pool *pool)
{
	pool->kind = IS_SYSTEM_HEAP(heap) ? "system" : "heap";
	pool->index = index;
	pool->block_size = 1;
#ifdef CONFIG_SYS_HEAP_RUNTIME_STATS
	struct sys_memory_stats stats = {0};
	k_spinlock_key_t key = k_spin_lock(&heap->lock);
	/* Only a NULL pointer makes this fail. */
	(void)sys_heap_runtime_stats_get(&heap->heap, &stats);
	k_spin_unlock(&heap->lock, key);

	/* What can be given out: the heap's own management is in neither figure. */
	uint32_t total = stats.free_bytes + stats.allocated_bytes;

	pool->blocks = total;
	pool->free = stats.free_bytes;
	pool->minimum_free = total - MIN(total, stats.max_allocated_bytes);
#endif
}

static void slab_read(struct k_mem_slab *slab, uint32_t index, struct westerly_memory_pool *pool)
{
	k_spinlock_key_t key = k_spin_lock(&slab->lock);

	pool->kind = "slab";
	pool->index = index;
	pool->block_size = slab->info.block_size;
	pool->blocks = slab->info.num_blocks;
	pool->free = slab->info.num_blocks - slab->info.num_used;
#ifdef CONFIG_MEM_SLAB_TRACE_MAX_UTILIZATION
	pool->minimum_free = slab->info.num_blocks - slab->info.max_used;
#else
	pool->minimum_free = pool->free;
#endif
	k_spin_unlock(&slab->lock, key);
}

bool westerly_memory_pool(uint32_t position, struct westerly_memory_pool *pool)
{
	size_t heaps, slabs;

	*pool = (struct westerly_memory_pool){0};

	STRUCT_SECTION_COUNT(k_heap, &heaps);
	if (position < heaps) {
		struct k_heap *heap;

		STRUCT_SECTION_GET(k_heap, position, &heap);
		heap_read(heap, position, pool);
		return true;
	}
	position -= heaps;

	STRUCT_SECTION_COUNT(k_mem_slab, &slabs);
	if (position < slabs) {
		struct k_mem_slab *slab;

		STRUCT_SECTION_GET(k_mem_slab, position, &slab);
		slab_read(slab, position, pool);
		return true;
	}
	return false;
}

uint32_t westerly_heap_used(void)
{
	uint32_t used = 0;
	uint32_t index = 0;

	STRUCT_SECTION_FOREACH(k_heap, heap) {
		struct westerly_memory_pool pool = {0};

		heap_read(heap, index++, &pool);
		used += pool.blocks - pool.free;
	}
	return used;
}
