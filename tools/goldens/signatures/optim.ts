// torch.optim.lr_scheduler. Optimizers take `params` and options only, which needs no entry.
const schedulers: Readonly<Record<string, string>> = {
  LambdaLR: "optimizer, lr_lambda, last_epoch=-1",
  MultiplicativeLR: "optimizer, lr_lambda, last_epoch=-1",
  StepLR: "optimizer, step_size, gamma=0.1, last_epoch=-1",
  MultiStepLR: "optimizer, milestones, gamma=0.1, last_epoch=-1",
  ConstantLR: "optimizer, factor=0.3333333333333333, total_iters=5, last_epoch=-1",
  LinearLR: "optimizer, start_factor=0.3333333333333333, end_factor=1.0, total_iters=5, last_epoch=-1",
  ExponentialLR: "optimizer, gamma, last_epoch=-1",
  PolynomialLR: "optimizer, total_iters=5, power=1.0, last_epoch=-1",
  CosineAnnealingLR: "optimizer, T_max, eta_min=0.0, last_epoch=-1",
  CosineAnnealingWarmRestarts: "optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1",
  OneCycleLR:
    "optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3, anneal_strategy='cos', cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0, final_div_factor=10000.0, three_phase=False, last_epoch=-1",
  CyclicLR:
    "optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode='triangular', gamma=1.0, scale_fn=None, scale_mode='cycle', cycle_momentum=True, base_momentum=0.8, max_momentum=0.9, last_epoch=-1",
  ReduceLROnPlateau:
    "optimizer, mode='min', factor=0.1, patience=10, threshold=0.0001, threshold_mode='rel', cooldown=0, min_lr=0, eps=1e-08",
  SequentialLR: "optimizer, schedulers, milestones, last_epoch=-1",
  ChainedScheduler: "schedulers, optimizer=None",
};

export const optim: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(schedulers).map(([name, text]) => [`optim.${name}`, text]),
);
