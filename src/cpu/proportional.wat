;; The rollouts of a proportional game, eight states at a time in four float64 pairs:
;;
;;     y = reach·θ,   total += weight·(y − θ_t)²,   θ' = gain·θ
;;
;; A lane does for its state the operations of src/cpu/rollout.ts in their order, and WebAssembly neither fuses nor
;; reassociates, so the totals have the same bits.
;;
;; Memory, float64 throughout: from `$episodes`, (reach, gain, weight) of each episode from t on; from `$states`, the
;; states, filled up with zeros to a multiple of eight; from `$totals`, the total of each state.
(module
  (memory (export "memory") 1)

  ;; rolls all states out and writes their totals
  (func (export "rollout")
    (param $episodes i32) (param $end i32)  ;; first byte of the episodes, first byte after them
    (param $states i32) (param $states_end i32) (param $totals i32)
    (local $k i32) (local $reach v128) (local $gain v128) (local $weight v128)
    (local $goal0 v128) (local $goal1 v128) (local $goal2 v128) (local $goal3 v128)
    (local $theta0 v128) (local $theta1 v128) (local $theta2 v128) (local $theta3 v128)
    (local $total0 v128) (local $total1 v128) (local $total2 v128) (local $total3 v128)
    (local $miss0 v128) (local $miss1 v128) (local $miss2 v128) (local $miss3 v128)

    (loop $blocks
      (local.set $theta0 (local.tee $goal0 (v128.load (local.get $states))))
      (local.set $theta1 (local.tee $goal1 (v128.load offset=16 (local.get $states))))
      (local.set $theta2 (local.tee $goal2 (v128.load offset=32 (local.get $states))))
      (local.set $theta3 (local.tee $goal3 (v128.load offset=48 (local.get $states))))
      (local.set $total0 (v128.const i64x2 0 0))
      (local.set $total1 (v128.const i64x2 0 0))
      (local.set $total2 (v128.const i64x2 0 0))
      (local.set $total3 (v128.const i64x2 0 0))
      (local.set $k (local.get $episodes))

      (loop $episodes_from_t
        (local.set $reach (v128.load64_splat (local.get $k)))
        (local.set $gain (v128.load64_splat offset=8 (local.get $k)))
        (local.set $weight (v128.load64_splat offset=16 (local.get $k)))
        (local.set $miss0 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta0)) (local.get $goal0)))
        (local.set $miss1 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta1)) (local.get $goal1)))
        (local.set $miss2 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta2)) (local.get $goal2)))
        (local.set $miss3 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta3)) (local.get $goal3)))
        (local.set $total0 (f64x2.add (local.get $total0)
          (f64x2.mul (local.get $weight) (f64x2.mul (local.get $miss0) (local.get $miss0)))))
        (local.set $total1 (f64x2.add (local.get $total1)
          (f64x2.mul (local.get $weight) (f64x2.mul (local.get $miss1) (local.get $miss1)))))
        (local.set $total2 (f64x2.add (local.get $total2)
          (f64x2.mul (local.get $weight) (f64x2.mul (local.get $miss2) (local.get $miss2)))))
        (local.set $total3 (f64x2.add (local.get $total3)
          (f64x2.mul (local.get $weight) (f64x2.mul (local.get $miss3) (local.get $miss3)))))
        (local.set $theta0 (f64x2.mul (local.get $theta0) (local.get $gain)))
        (local.set $theta1 (f64x2.mul (local.get $theta1) (local.get $gain)))
        (local.set $theta2 (f64x2.mul (local.get $theta2) (local.get $gain)))
        (local.set $theta3 (f64x2.mul (local.get $theta3) (local.get $gain)))
        (local.set $k (i32.add (local.get $k) (i32.const 24)))
        (br_if $episodes_from_t (i32.lt_u (local.get $k) (local.get $end))))

      (v128.store (local.get $totals) (local.get $total0))
      (v128.store offset=16 (local.get $totals) (local.get $total1))
      (v128.store offset=32 (local.get $totals) (local.get $total2))
      (v128.store offset=48 (local.get $totals) (local.get $total3))
      (local.set $totals (i32.add (local.get $totals) (i32.const 64)))
      (local.set $states (i32.add (local.get $states) (i32.const 64)))
      (br_if $blocks (i32.lt_u (local.get $states) (local.get $states_end)))))
)
