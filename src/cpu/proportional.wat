;; The rollouts of a proportional game:
;;
;;     y = reach·θ,   total += weight·(y − θ_t)²,   θ' = gain·θ
;;
;; A lane is one state under one candidate. Candidates differ in the first episode alone, so the lanes of many of
;; them go through the later episodes side by side, eight at a time in four float64 pairs.
;;
;; A state and its negative have the same totals, to the bit, as every number on the way but changes its sign: one lane
;; serves both. A lane does the operations of src/cpu/rollout.ts in their order, and WebAssembly neither fuses nor reassociates,
;; so the totals have the same bits.
;;
;; Memory, float64 but for the places: (reach, gain, weight) of each episode; (reach, gain) of each candidate; the
;; states; where each state's total is; the lanes' θ_t, θ and total, in three arrays of `stride` bytes each. The number
;; of lanes is a multiple of eight.
;;
;; From the episode `still` on every gain is 1, as it is in deployment, and θ is left as it is: what 1·θ would do.
(module
  (memory (export "memory") 1)

  ;; the first episode, whose weight is 1, of some candidates: writes one lane a state for each
  (func (export "begin")
    (param $candidate i32) (param $candidates_end i32)
    (param $states i32) (param $states_end i32)
    (param $goal i32) (param $stride i32)
    (local $reach f64) (local $gain f64) (local $state i32) (local $goal_t f64) (local $miss f64)
    (local $theta i32) (local $total i32)
    (local.set $theta (i32.add (local.get $goal) (local.get $stride)))
    (local.set $total (i32.add (local.get $theta) (local.get $stride)))
    (loop $candidates
      (local.set $reach (f64.load (local.get $candidate)))
      (local.set $gain (f64.load offset=8 (local.get $candidate)))
      (local.set $state (local.get $states))
      (loop $each
        (local.set $goal_t (f64.load (local.get $state)))
        (local.set $miss (f64.sub (f64.mul (local.get $reach) (local.get $goal_t)) (local.get $goal_t)))
        (f64.store (local.get $goal) (local.get $goal_t))
        (f64.store (local.get $theta) (f64.mul (local.get $goal_t) (local.get $gain)))
        (f64.store (local.get $total) (f64.mul (local.get $miss) (local.get $miss)))
        (local.set $goal (i32.add (local.get $goal) (i32.const 8)))
        (local.set $theta (i32.add (local.get $theta) (i32.const 8)))
        (local.set $total (i32.add (local.get $total) (i32.const 8)))
        (local.set $state (i32.add (local.get $state) (i32.const 8)))
        (br_if $each (i32.lt_u (local.get $state) (local.get $states_end))))
      (local.set $candidate (i32.add (local.get $candidate) (i32.const 16)))
      (br_if $candidates (i32.lt_u (local.get $candidate) (local.get $candidates_end)))))

  ;; the sum over the states of each candidate's totals: writes it over the candidate's reach
  (func (export "sum")
    (param $candidate i32) (param $candidates_end i32)
    (param $places i32) (param $places_end i32)  ;; of each state in its order: where its total is, from the candidate's first
    (param $total i32) (param $size i32)  ;; the first candidate's totals, and the bytes that a candidate's take
    (local $place i32) (local $sum f64)
    (loop $candidates
      (local.set $sum (f64.const 0))
      (local.set $place (local.get $places))
      (loop $each
        (local.set $sum (f64.add (local.get $sum)
          (f64.load (i32.add (local.get $total) (i32.load (local.get $place))))))
        (local.set $place (i32.add (local.get $place) (i32.const 4)))
        (br_if $each (i32.lt_u (local.get $place) (local.get $places_end))))
      (f64.store (local.get $candidate) (local.get $sum))
      (local.set $total (i32.add (local.get $total) (local.get $size)))
      (local.set $candidate (i32.add (local.get $candidate) (i32.const 16)))
      (br_if $candidates (i32.lt_u (local.get $candidate) (local.get $candidates_end)))))

  ;; the later episodes, at least one, of all lanes, where every weight is 1
  (func (export "goOn")
    (param $episodes i32) (param $still i32) (param $end i32)
    (param $goal i32) (param $goal_end i32) (param $stride i32)
    (local $k i32) (local $theta i32) (local $total i32)
    (local $reach v128) (local $gain v128)
    (local $goal0 v128) (local $goal1 v128) (local $goal2 v128) (local $goal3 v128)
    (local $theta0 v128) (local $theta1 v128) (local $theta2 v128) (local $theta3 v128)
    (local $total0 v128) (local $total1 v128) (local $total2 v128) (local $total3 v128)
    (local $miss0 v128) (local $miss1 v128) (local $miss2 v128) (local $miss3 v128)

    (loop $blocks
      (local.set $theta (i32.add (local.get $goal) (local.get $stride)))
      (local.set $total (i32.add (local.get $theta) (local.get $stride)))
      (local.set $goal0 (v128.load (local.get $goal)))
      (local.set $goal1 (v128.load offset=16 (local.get $goal)))
      (local.set $goal2 (v128.load offset=32 (local.get $goal)))
      (local.set $goal3 (v128.load offset=48 (local.get $goal)))
      (local.set $theta0 (v128.load (local.get $theta)))
      (local.set $theta1 (v128.load offset=16 (local.get $theta)))
      (local.set $theta2 (v128.load offset=32 (local.get $theta)))
      (local.set $theta3 (v128.load offset=48 (local.get $theta)))
      (local.set $total0 (v128.load (local.get $total)))
      (local.set $total1 (v128.load offset=16 (local.get $total)))
      (local.set $total2 (v128.load offset=32 (local.get $total)))
      (local.set $total3 (v128.load offset=48 (local.get $total)))
      (local.set $k (local.get $episodes))

      (block $learnt
        (br_if $learnt (i32.ge_u (local.get $k) (local.get $still)))
        (loop $later
          (local.set $reach (v128.load64_splat (local.get $k)))
          (local.set $gain (v128.load64_splat offset=8 (local.get $k)))
          (local.set $miss0 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta0)) (local.get $goal0)))
          (local.set $miss1 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta1)) (local.get $goal1)))
          (local.set $miss2 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta2)) (local.get $goal2)))
          (local.set $miss3 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta3)) (local.get $goal3)))
          (local.set $total0 (f64x2.add (local.get $total0) (f64x2.mul (local.get $miss0) (local.get $miss0))))
          (local.set $total1 (f64x2.add (local.get $total1) (f64x2.mul (local.get $miss1) (local.get $miss1))))
          (local.set $total2 (f64x2.add (local.get $total2) (f64x2.mul (local.get $miss2) (local.get $miss2))))
          (local.set $total3 (f64x2.add (local.get $total3) (f64x2.mul (local.get $miss3) (local.get $miss3))))
          (local.set $theta0 (f64x2.mul (local.get $theta0) (local.get $gain)))
          (local.set $theta1 (f64x2.mul (local.get $theta1) (local.get $gain)))
          (local.set $theta2 (f64x2.mul (local.get $theta2) (local.get $gain)))
          (local.set $theta3 (f64x2.mul (local.get $theta3) (local.get $gain)))
          (local.set $k (i32.add (local.get $k) (i32.const 24)))
          (br_if $later (i32.lt_u (local.get $k) (local.get $still)))))
      (block $ended
        (br_if $ended (i32.ge_u (local.get $k) (local.get $end)))
        (loop $idle
          (local.set $reach (v128.load64_splat (local.get $k)))
          (local.set $miss0 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta0)) (local.get $goal0)))
          (local.set $miss1 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta1)) (local.get $goal1)))
          (local.set $miss2 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta2)) (local.get $goal2)))
          (local.set $miss3 (f64x2.sub (f64x2.mul (local.get $reach) (local.get $theta3)) (local.get $goal3)))
          (local.set $total0 (f64x2.add (local.get $total0) (f64x2.mul (local.get $miss0) (local.get $miss0))))
          (local.set $total1 (f64x2.add (local.get $total1) (f64x2.mul (local.get $miss1) (local.get $miss1))))
          (local.set $total2 (f64x2.add (local.get $total2) (f64x2.mul (local.get $miss2) (local.get $miss2))))
          (local.set $total3 (f64x2.add (local.get $total3) (f64x2.mul (local.get $miss3) (local.get $miss3))))
          (local.set $k (i32.add (local.get $k) (i32.const 24)))
          (br_if $idle (i32.lt_u (local.get $k) (local.get $end)))))

      (v128.store (local.get $total) (local.get $total0))
      (v128.store offset=16 (local.get $total) (local.get $total1))
      (v128.store offset=32 (local.get $total) (local.get $total2))
      (v128.store offset=48 (local.get $total) (local.get $total3))
      (local.set $goal (i32.add (local.get $goal) (i32.const 64)))
      (br_if $blocks (i32.lt_u (local.get $goal) (local.get $goal_end)))))

  ;; the same where the future is discounted
  (func (export "goOnDiscounted")
    (param $episodes i32) (param $still i32) (param $end i32)
    (param $goal i32) (param $goal_end i32) (param $stride i32)
    (local $k i32) (local $theta i32) (local $total i32)
    (local $reach v128) (local $gain v128) (local $weight v128)
    (local $goal0 v128) (local $goal1 v128) (local $goal2 v128) (local $goal3 v128)
    (local $theta0 v128) (local $theta1 v128) (local $theta2 v128) (local $theta3 v128)
    (local $total0 v128) (local $total1 v128) (local $total2 v128) (local $total3 v128)
    (local $miss0 v128) (local $miss1 v128) (local $miss2 v128) (local $miss3 v128)

    (loop $blocks
      (local.set $theta (i32.add (local.get $goal) (local.get $stride)))
      (local.set $total (i32.add (local.get $theta) (local.get $stride)))
      (local.set $goal0 (v128.load (local.get $goal)))
      (local.set $goal1 (v128.load offset=16 (local.get $goal)))
      (local.set $goal2 (v128.load offset=32 (local.get $goal)))
      (local.set $goal3 (v128.load offset=48 (local.get $goal)))
      (local.set $theta0 (v128.load (local.get $theta)))
      (local.set $theta1 (v128.load offset=16 (local.get $theta)))
      (local.set $theta2 (v128.load offset=32 (local.get $theta)))
      (local.set $theta3 (v128.load offset=48 (local.get $theta)))
      (local.set $total0 (v128.load (local.get $total)))
      (local.set $total1 (v128.load offset=16 (local.get $total)))
      (local.set $total2 (v128.load offset=32 (local.get $total)))
      (local.set $total3 (v128.load offset=48 (local.get $total)))
      (local.set $k (local.get $episodes))

      (block $learnt
        (br_if $learnt (i32.ge_u (local.get $k) (local.get $still)))
        (loop $later
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
          (br_if $later (i32.lt_u (local.get $k) (local.get $still)))))
      (block $ended
        (br_if $ended (i32.ge_u (local.get $k) (local.get $end)))
        (loop $idle
          (local.set $reach (v128.load64_splat (local.get $k)))
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
          (local.set $k (i32.add (local.get $k) (i32.const 24)))
          (br_if $idle (i32.lt_u (local.get $k) (local.get $end)))))

      (v128.store (local.get $total) (local.get $total0))
      (v128.store offset=16 (local.get $total) (local.get $total1))
      (v128.store offset=32 (local.get $total) (local.get $total2))
      (v128.store offset=48 (local.get $total) (local.get $total3))
      (local.set $goal (i32.add (local.get $goal) (i32.const 64)))
      (br_if $blocks (i32.lt_u (local.get $goal) (local.get $goal_end)))))
)
